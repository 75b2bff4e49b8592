import os
import threading
from pathlib import Path

import pytest

from echoweave.device import list_gpus, torch_device, use_device
from echoweave.errors import InputError


@pytest.fixture(autouse=True)
def unassigned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_jobs_side_by_side_get_different_gpus(tmp_path: Path) -> None:
    with use_device("auto", tmp_path, gpus=lambda: ["0", "1"]):
        first = os.environ.pop("CUDA_VISIBLE_DEVICES")
        with use_device("auto", tmp_path, gpus=lambda: ["0", "1"]):
            second = os.environ["CUDA_VISIBLE_DEVICES"]
    assert (first, second) == ("0", "1")
    assert "CUDA_VISIBLE_DEVICES" not in os.environ


def test_job_waits_until_a_gpu_is_free(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    order = []

    def wait() -> None:
        with use_device("auto", tmp_path, gpus=lambda: ["0"], wait_s=0.01):
            order.append("second")

    with use_device("auto", tmp_path, gpus=lambda: ["0"]):
        del os.environ["CUDA_VISIBLE_DEVICES"]
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


def test_a_gpu_that_is_assigned_from_outside_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    with use_device("auto", tmp_path / "locks", gpus=lambda: ["0", "1"]):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "3"
    assert not (tmp_path / "locks").exists()


def test_one_of_several_gpus_from_outside_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    with use_device("auto", tmp_path):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "2"
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
        with use_device("auto", tmp_path):
            assert os.environ["CUDA_VISIBLE_DEVICES"] == "3"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "2,3"


def test_hidden_gpus_stay_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with use_device("auto", tmp_path, gpus=lambda: ["0"]):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == ""


def test_cpu_hides_the_gpus_and_takes_none(tmp_path: Path) -> None:
    with use_device("cpu", tmp_path / "locks", gpus=lambda: ["0"]):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
        assert torch_device().type == "cpu"
    assert "CUDA_VISIBLE_DEVICES" not in os.environ
    assert not (tmp_path / "locks").exists()


def test_cuda_without_a_gpu_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with (
        pytest.raises(InputError, match="device: it is cuda, but torch finds no GPU"),
        use_device("cuda", tmp_path),
    ):
        pass


def test_a_gpu_is_free_again_after_a_failure(tmp_path: Path) -> None:
    for _ in range(2):
        with (
            pytest.raises(ZeroDivisionError),
            use_device("auto", tmp_path, gpus=lambda: ["0"], wait_s=60),
        ):
            raise ZeroDivisionError


@pytest.mark.parametrize(
    ("script", "expected"), [("echo 0; echo 1", ["0", "1"]), ("echo no driver; exit 9", [])]
)
def test_gpus_are_those_that_nvidia_smi_lists(
    script: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert list_gpus() == expected


def test_no_gpus_without_nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_gpus() == []
