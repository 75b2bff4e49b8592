import os
import threading
from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.segmentation.gpu import choose_device, gpu_slot


@pytest.fixture(autouse=True)
def unassigned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_jobs_side_by_side_get_different_gpus(tmp_path: Path) -> None:
    with gpu_slot("auto", tmp_path, gpus=lambda: ["0", "1"]):
        first = os.environ.pop("CUDA_VISIBLE_DEVICES")
        with gpu_slot("auto", tmp_path, gpus=lambda: ["0", "1"]):
            second = os.environ["CUDA_VISIBLE_DEVICES"]
        os.environ["CUDA_VISIBLE_DEVICES"] = first
    assert (first, second) == ("0", "1")
    assert "CUDA_VISIBLE_DEVICES" not in os.environ


def test_job_waits_until_a_gpu_is_free(tmp_path: Path) -> None:
    order = []

    def wait() -> None:
        with gpu_slot("cuda", tmp_path, gpus=lambda: ["0"], wait_s=0.01):
            order.append("second")

    with gpu_slot("cuda", tmp_path, gpus=lambda: ["0"]):
        del os.environ["CUDA_VISIBLE_DEVICES"]
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
        os.environ["CUDA_VISIBLE_DEVICES"] = "0"
        order.append("first")
    waiting.join(5)
    assert order == ["first", "second"]


def test_gpu_that_is_assigned_from_outside_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    with gpu_slot("auto", tmp_path / "locks", gpus=lambda: ["0", "1"]):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "3"
    assert not (tmp_path / "locks").exists()


def test_cpu_takes_no_slot(tmp_path: Path) -> None:
    with gpu_slot("cpu", tmp_path, gpus=lambda: ["0"]):
        assert "CUDA_VISIBLE_DEVICES" not in os.environ


def test_cuda_without_a_gpu_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert choose_device("auto").type == "cpu"
    with pytest.raises(InputError, match=r"segmentation\.device: torch finds no GPU"):
        choose_device("cuda")
