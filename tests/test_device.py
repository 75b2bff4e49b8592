"""Which GPU a job takes, and when it waits; the GPUs are stand-ins that no other test knows."""

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from echoweave.device import Gpu, computes_bfloat16, list_gpus, torch_device, use_device
from echoweave.errors import InputError
from tests.conftest import ON_LINUX

Gpus = Callable[[], list[Gpu]]
VISIBLE, ALLOCATION = "CUDA_VISIBLE_DEVICES", "SLURM_JOB_ID"
HOLDER = """
import sys
from echoweave.device import Gpu, use_device
with use_device("auto", lambda: [Gpu("0", sys.argv[1])]):
    print("holds", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def unassigned(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (VISIBLE, ALLOCATION):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def gpus() -> Gpus:
    """Lists two GPUs."""
    found = [Gpu(number, f"GPU-{number}-{uuid.uuid4()}") for number in ("0", "1")]
    return lambda: found


@ON_LINUX
def test_jobs_side_by_side_get_different_gpus(gpus: Gpus) -> None:
    with use_device("auto", gpus):
        first = os.environ.pop(VISIBLE)
        with use_device("auto", gpus):
            second = os.environ[VISIBLE]
    assert [first, second] == [gpu.uuid for gpu in gpus()]
    assert VISIBLE not in os.environ


@ON_LINUX
def test_job_waits_until_a_gpu_is_free(gpus: Gpus, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    order = []
    only = gpus()[:1]

    def wait() -> None:
        with use_device("auto", lambda: only, wait_s=0.01):
            order.append("second")

    with use_device("auto", lambda: only):
        del os.environ[VISIBLE]
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
        order.append("first")
    waiting.join(5)
    assert order == ["first", "second"]
    assert caplog.messages == [
        "takes GPU 0",
        "waiting for one of 1 GPUs",
        "leaves GPU 0",
        "takes GPU 0",
        "leaves GPU 0",
    ]


@ON_LINUX
def test_a_job_of_another_run_holds_its_gpu_until_it_is_killed(
    gpus: Gpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the working directory nor TMPDIR nor the results folder tells runs apart."""
    first, second = gpus()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, first.uuid],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holds\n"
    with use_device("auto", gpus):
        assert os.environ[VISIBLE] == second.uuid
    holder.kill()
    holder.communicate()
    with use_device("auto", gpus):
        assert os.environ[VISIBLE] == first.uuid


def test_where_names_that_are_no_files_are_missing_a_job_takes_the_first_gpu(
    gpus: Gpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with use_device("auto", gpus):
        first = os.environ.pop(VISIBLE)
        with use_device("auto", gpus):
            assert os.environ[VISIBLE] == first == gpus()[0].uuid


class WaitsError(Exception):
    pass


def no_wait(seconds: float) -> None:
    raise WaitsError


# What a first job sees of its surroundings, what a second one sees beside it, and its GPU then.
BESIDE: dict[str, tuple[dict[str, str], dict[str, str], str | None]] = {
    "one GPU for both": ({VISIBLE: "0"}, {VISIBLE: "0"}, None),
    "first one named, second one not": ({VISIBLE: "0"}, {}, "1"),
    "second one named, first one not": ({}, {VISIBLE: "0"}, None),
    "different ones": ({VISIBLE: "0"}, {VISIBLE: "1"}, "1"),
    "several for both": ({VISIBLE: "1,0"}, {VISIBLE: "1, 0"}, "0"),
    "one of several": ({VISIBLE: "1"}, {VISIBLE: "1,0"}, "0"),
    "named by number and by id": ({VISIBLE: "0"}, {VISIBLE: "GPU-0"}, None),
    "an entry that is none ends the list": ({VISIBLE: "0"}, {VISIBLE: "0,7,1"}, None),
    "parts of a GPU": ({VISIBLE: "MIG-7,MIG-8"}, {VISIBLE: "MIG-7,MIG-8"}, "MIG-8"),
    "one part for both": ({VISIBLE: "MIG-9"}, {VISIBLE: "MIG-9"}, None),
    "hidden for the first": ({VISIBLE: ""}, {VISIBLE: "0"}, "0"),
    "two allocations that share": (
        {VISIBLE: "0", ALLOCATION: "7"},
        {VISIBLE: "0", ALLOCATION: "8"},
        "0",
    ),
    "one allocation": ({VISIBLE: "0", ALLOCATION: "7"}, {VISIBLE: "0", ALLOCATION: "7"}, None),
    "one allocation of two": (
        {VISIBLE: "0,1", ALLOCATION: "7"},
        {VISIBLE: "0,1", ALLOCATION: "7"},
        "1",
    ),
}


@ON_LINUX
@pytest.mark.parametrize(("first", "second", "number"), BESIDE.values(), ids=BESIDE)
def test_the_gpu_of_a_second_job(
    first: dict[str, str],
    second: dict[str, str],
    number: str | None,
    gpus: Gpus,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", no_wait)

    def be_in(surroundings: dict[str, str]) -> None:
        for name in (VISIBLE, ALLOCATION):
            monkeypatch.delenv(name, raising=False)
        for name, value in surroundings.items():
            monkeypatch.setenv(name, value)

    be_in(first)
    with use_device("auto", gpus):
        be_in(second)
        if number is None:
            with pytest.raises(WaitsError), use_device("auto", gpus):
                pass
            return
        with use_device("auto", gpus):
            assert os.environ[VISIBLE] == dict(gpus()).get(number, number)


def test_without_nvidia_smi_the_name_in_the_surroundings_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", no_wait)
    name = f"GPU-{uuid.uuid4()}"
    monkeypatch.setenv(VISIBLE, name)
    with use_device("auto", list):
        assert os.environ[VISIBLE] == name
        with pytest.raises(WaitsError), use_device("auto", list):
            pass
    assert os.environ[VISIBLE] == name


@pytest.mark.parametrize("hidden", ["", "-1", "NoDevFiles", "7"])
def test_hidden_gpus_stay_hidden(hidden: str, gpus: Gpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VISIBLE, hidden)
    with use_device("auto", gpus):
        assert os.environ[VISIBLE] == hidden


def test_cpu_hides_the_gpus_and_takes_none(gpus: Gpus) -> None:
    with use_device("cpu", gpus):
        assert os.environ.pop(VISIBLE) == ""
        with use_device("auto", gpus):
            assert os.environ[VISIBLE] == gpus()[0].uuid
    with use_device("cpu", gpus):
        assert torch_device().type == "cpu"
    assert VISIBLE not in os.environ


def test_bfloat16_is_for_gpus_that_do_not_emulate_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU of compute capability 7 has it emulated."""
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: True)
    assert computes_bfloat16(torch.device("cuda"))
    assert not computes_bfloat16(torch.device("cpu"))
    monkeypatch.setattr(
        "torch.cuda.is_bf16_supported", lambda including_emulation: including_emulation
    )
    assert not computes_bfloat16(torch.device("cuda"))


def test_cuda_without_a_gpu_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VISIBLE, "")
    with (
        pytest.raises(InputError, match="device: it is cuda, but torch finds no GPU"),
        use_device("cuda"),
    ):
        pass


def test_a_gpu_is_free_again_after_a_failure(gpus: Gpus) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), use_device("auto", gpus):
            assert os.environ[VISIBLE] == gpus()[0].uuid
            raise ZeroDivisionError


LISTED = """\
0, GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77
1, GPU-0a1b2c3d-0000-1111-2222-333344445555
"""


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            f"cat << EOF\n{LISTED}EOF",
            [
                Gpu("0", "GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77"),
                Gpu("1", "GPU-0a1b2c3d-0000-1111-2222-333344445555"),
            ],
        ),
        ("echo No devices were found", []),
        ("echo no driver; exit 9", []),
    ],
    ids=["two", "none", "no driver"],
)
def test_gpus_are_those_that_nvidia_smi_lists(
    script: str, expected: list[Gpu], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert list_gpus() == expected


def test_no_gpus_without_nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_gpus() == []
