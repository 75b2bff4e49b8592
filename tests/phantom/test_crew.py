from pathlib import Path

import pytest
import torch

from echoweave.phantom import crew
from echoweave.phantom.crew import draw_all
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings


def square(number: int) -> int:
    return number * number


def test_many_patients_are_drawn_by_several_processes_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "usable_cpus", lambda: 2)
    assert list(draw_all(square, range(16))) == [number * number for number in range(16)]


def threads_of_torch(_: int) -> int:
    return torch.get_num_threads()


def test_processes_beside_each_other_have_one_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "usable_cpus", lambda: 2)
    assert set(draw_all(threads_of_torch, range(16))) == {1}


def test_whoever_draws_the_files_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PhantomSettings(
        layout="echonet", patients=2, test_patients=1, size=(48, 48), frames=(8, 10)
    )
    write_phantom(tmp_path / "one", settings)
    monkeypatch.setattr(crew, "usable_cpus", lambda: 2)
    monkeypatch.setattr(crew, "_FEWEST_EACH", 1)
    write_phantom(tmp_path / "two", settings)
    names = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(names) == 8
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
