"""A real SLURM of one node with two stand-in GPUs, in a temporary folder.

Needs Debian's packages slurm-wlm and munge. Its daemons run as the calling user, and nothing
outside the folder is touched.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "sinfo")
# Debian keeps the daemons where an ordinary user does not look.
_PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"

# Memory is enforced without cgroups, which a container may not have: SLURM adds up what the
# processes of a job use every second and kills the job that uses more than it asked for.
_CONF = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=UsePss,OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
MinJobAge=3600
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=100000 Gres=gpu:2
PartitionName=cpu Nodes=ALL Default=YES
PartitionName=gpu Nodes=ALL
"""


class Job(NamedTuple):
    """What SLURM remembers of a job; ``name`` is the rule with its wildcards."""

    id: str
    name: str
    state: str
    memory: str
    partition: str


class Slurm(NamedTuple):
    """A running SLURM.

    Attributes:
        folder: Its files.
        environment: What its commands need, and the jobs.
    """

    folder: Path
    environment: dict[str, str]

    def jobs(self) -> list[Job]:
        """Return every job so far, finished ones included, in the order of their submission."""
        columns = "--format=%i|%k|%T|%m|%P"
        lines = self._ask("squeue", "--states=all", "--array", "--noheader", columns)
        jobs = [Job(*line.split("|")) for line in lines.splitlines()]
        return sorted(jobs, key=lambda job: [int(number) for number in job.id.split("_")])

    def cancel(self, *jobs: str) -> None:
        """Do what ``scancel`` does."""
        self._ask("scancel", *jobs)

    def is_idle(self) -> bool:
        """Whether the node is up and nothing runs on it."""
        return self._ask("sinfo", "--noheader", "--format=%T").splitlines() == ["idle"]

    def _ask(self, *command: str) -> str:
        done = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout


def missing_programs() -> list[str]:
    """Return what has to be installed before SLURM can run here."""
    return [name for name in _PROGRAMS if not shutil.which(name, path=_PATH)]


@contextmanager
def running_slurm() -> Iterator[Slurm]:
    """Start SLURM, and end it and its jobs with the block.

    Raises:
        TimeoutError: It did not come up; the message shows its logs.
    """
    # The path of a socket may not be longer than 108 characters.
    with tempfile.TemporaryDirectory(prefix="slurm-", dir="/tmp") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        _write_files(folder)
        slurm = Slurm(
            folder,
            {"SLURM_CONF": f"{folder}/slurm.conf", "PATH": f"{folder}/bin{os.pathsep}{_PATH}"},
        )
        files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "seed-file": "seed"}
        options = [f"--{option}={folder}/munge.{name}" for option, name in files.items()]
        _start(stack, slurm, "munged", "--foreground", "--force", *options)
        _wait(slurm, (folder / "munge.socket").exists)
        _start(stack, slurm, "slurmctld", "-D", "-i")
        _start(stack, slurm, "slurmd", "-D", "-N", _host())
        _wait(slurm, slurm.is_idle)
        try:
            yield slurm
        finally:
            slurm.cancel("--user", _user())
            _wait(slurm, slurm.is_idle)


def _host() -> str:
    return socket.gethostname().split(".")[0]


def _user() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def _write_files(folder: Path) -> None:
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    # A GPU is a character device to SLURM, known by its number.
    (folder / "gpu0").symlink_to("/dev/null")
    (folder / "gpu1").symlink_to("/dev/zero")
    (folder / "gres.conf").write_text(f"NodeName={_host()} Name=gpu File={folder}/gpu[0-1]\n")
    conf = _CONF.format(
        folder=folder, host=_host(), user=_user(), ports=[_free_port(), _free_port()]
    )
    (folder / "slurm.conf").write_text(conf)
    # Inside a job Snakemake forgets SLURM_CONF; elsewhere /etc/slurm/slurm.conf is found anyway.
    srun = folder / "bin/srun"
    program = shutil.which("srun", path=_PATH)
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {program} "$@"\n')
    srun.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _start(stack: ExitStack, slurm: Slurm, *command: str) -> None:
    """Start a daemon that ends with ``stack``."""
    log = stack.enter_context((slurm.folder / f"{command[0]}.log").open("w"))
    environment = os.environ | slurm.environment
    daemon = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def end() -> None:
        daemon.terminate()
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    stack.callback(end)


def _wait(slurm: Slurm, is_true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            logs = [f"{log.name}: {log.read_text()[-1000:]}" for log in slurm.folder.glob("*.log")]
            raise TimeoutError("\n".join(logs))
        time.sleep(0.2)
