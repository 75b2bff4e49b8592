"""Run the real workflow in a folder of its own."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from echoweave.io.atomic import whole_file
from tests.forked import snakemake

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests/workflow/tiny.yaml"
_JOB = re.compile(r"^([\w-]+) +(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Project:
    """A working directory with its data and its settings over config/config.yaml.

    Attributes:
        folder: Where Snakemake keeps its records; results go to folder/results.
        data: What `echoweave phantom` wrote.
        overlay: Config file between config.yaml and the project's own paths.
        checkout: The folder of the Snakefile and of src/.
        before: What comes before the word snakemake on the command line.
    """

    folder: Path
    data: Path
    overlay: Path
    checkout: Path = ROOT
    before: tuple[str, ...] = ()

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def run(
        self, *arguments: str, config: dict[str, Any] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Call snakemake; ``config`` goes over everything else."""
        running = self.start(*arguments, config=config)
        stdout, stderr = running.communicate()
        return subprocess.CompletedProcess(running.args, running.returncode, stdout, stderr)

    def start(self, *arguments: str, config: dict[str, Any] | None = None) -> subprocess.Popen[str]:
        """Call snakemake in a process group of its own and come back at once."""
        # Children find the environment's own programs, as after activating it.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        program = Path(sys.executable).with_name("snakemake")
        return subprocess.Popen(
            [*self.before, str(program), *self.options(*arguments, config=config)],
            cwd=self.checkout,
            env=os.environ | {"PATH": path, "PYTHONPATH": str(self.checkout / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def options(self, *arguments: str, config: dict[str, Any] | None = None) -> list[str]:
        """Return what follows the word snakemake."""
        # Relative, so that a copy of the folder is as finished as the original.
        data = os.path.relpath(self.data, self.folder)
        paths = {
            "results_dir": "results",
            "data": {
                "camus": {"root": f"{data}/camus"},
                "ted": {"root": f"{data}/ted"},
                "dense_truth": f"{data}/truth",
            },
        }
        files = [self.overlay, *(self._write(part) for part in (paths, config) if part)]
        options = [*arguments, "--cores", 2, "--directory", self.folder, "--configfile", *files]
        return [str(option) for option in options]

    def planned(self, *targets: str, config: dict[str, Any] | None = None) -> dict[str, int]:
        """Return the number of jobs of each rule that a run would start, targets left out."""
        arguments = self.options(*targets, "--dry-run", "--quiet", "rules", config=config)
        done = snakemake(arguments, self.checkout)
        assert done.code == 0, done.said
        return _read_plan(done.said)

    def written(self) -> dict[str, int]:
        """Return the time of each file in the results, but for logs and benchmarks."""
        files = (path for path in self.results.rglob("*") if path.is_file())
        times = {str(file.relative_to(self.results)): file.stat().st_mtime_ns for file in files}
        return {
            name: time
            for name, time in times.items()
            if not name.startswith(("logs", "benchmarks", "."))
        }

    def measured(self) -> dict[str, bytes]:
        """Return the tables and the measures that they are made from."""
        found = [*self.results.glob("tables/*"), *self.results.glob("measures/**/*.tsv")]
        return {str(path.relative_to(self.results)): path.read_bytes() for path in found}

    def copied(self, folder: Path) -> "Project":
        """Return a copy, as finished as this one, whose code, data and results may be changed."""
        # Dry runs of other tests may be writing a config file there.
        unfinished = shutil.ignore_patterns(".partial.*")
        shutil.copytree(self.folder, folder, symlinks=True, ignore=unfinished)
        inside = {
            name: folder / path.relative_to(self.folder)
            for name, path in (("data", self.data), ("checkout", self.checkout))
        }
        return replace(self, folder=folder, **inside)

    def _write(self, config: dict[str, Any]) -> Path:
        """Write ``config`` to a file of its own: runs may ask at the same time."""
        text = yaml.safe_dump(config)
        path = self.folder / f"{hashlib.md5(text.encode()).hexdigest()}.yaml"
        with whole_file(path) as temporary:
            temporary.write_text(text)
        return path


def _read_plan(text: str) -> dict[str, int]:
    """Return the number of jobs of each rule in what a dry run prints, targets left out."""
    _, found, table = text.partition("Job stats:")
    assert found or "Nothing to be done" in text
    jobs = {name: int(count) for name, count in _JOB.findall(table.partition("total")[0])}
    return {name: count for name, count in jobs.items() if name not in TARGETS}


# The image quality of one test sequence: whoever takes it for markup, script or a formula fails.
HOSTILE = r"""</script><script>window.hacked=1</script><img src=x onerror="hacked=1">|$\frac{&%_"""


def open_tiny_project(folder: Path) -> Project:
    """Return the project that :func:`tiny_project` has made in ``folder``."""
    return Project(folder, folder / "data", TINY, folder / "code")


def tiny_project(folder: Path, phantom: Path) -> Project:
    """Return a project on a copy of ``phantom``, with its own copy of the code.

    So neither tests that change the code nor who edits it meanwhile disturb the other.
    """
    shutil.copytree(phantom, folder / "data")
    _rename_quality(folder / "data", HOSTILE)
    copy_code(folder / "code")
    return open_tiny_project(folder)


def copy_code(checkout: Path) -> None:
    """Copy what a run reads of this repository."""
    for name in ("Snakefile", "rules", "workflow", "config", "envs", "profiles", "src"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        checkout.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, checkout / name)
    shutil.copytree(
        ROOT / "resources", checkout / "resources", ignore=shutil.ignore_patterns("phantom*")
    )


TARGETS = {
    "all",
    "cache",
    "registration",
    "pseudolabels",
    "segmentation",
    "evaluation",
    "external",
    "figures",
    "submission",
    "viewer",
    "report",
    "bundle",
    "mmode",
    "learn2reg",
}


def _rename_quality(data: Path, quality: str) -> None:
    """Let a cfg of a test patient tell another image quality."""
    cfg = data / "camus/database_nifti/patient0010/Info_2CH.cfg"
    lines = cfg.read_text().splitlines(keepends=True)
    cfg.write_text("".join(line for line in lines if "ImageQuality" not in line))
    with cfg.open("a") as file:
        file.write(f"ImageQuality: {quality}\n")
