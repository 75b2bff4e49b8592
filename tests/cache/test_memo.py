"""How many files are read at once before a run."""

import threading
from pathlib import Path

import pytest

from echoweave.cache.inspect import Report
from echoweave.cache.memo import Task, inspect_all


def test_as_many_files_are_read_at_once_as_there_are_threads(tmp_path: Path) -> None:
    # Three must come before any of them goes on.
    meeting = threading.Barrier(3, timeout=10)

    def inspect() -> Report:
        meeting.wait()
        return Report(None, ())

    tasks = [Task(str(number), [], inspect) for number in range(6)]
    assert len(inspect_all(tasks, tmp_path / "memo.json", threads=3)) == 6


def test_not_one_more_is_read_at_once(tmp_path: Path) -> None:
    meeting = threading.Barrier(3, timeout=0.2)

    def inspect() -> Report:
        meeting.wait()
        return Report(None, ())

    tasks = [Task(str(number), [], inspect) for number in range(6)]
    with pytest.raises(threading.BrokenBarrierError):
        inspect_all(tasks, tmp_path / "memo.json", threads=2)
