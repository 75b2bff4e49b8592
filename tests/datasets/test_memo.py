"""How many files are read at once before a run, and what is remembered of them."""

import os
import threading
from pathlib import Path

import pytest

from echoweave.datasets import memo
from echoweave.datasets.memo import Task, inspect_all
from echoweave.datasets.source import Report


def tasks_that_wait_for_three(timeout: float) -> list[Task]:
    """Of six tasks, three must have begun before any of them goes on."""
    meeting = threading.Barrier(3, timeout=timeout)

    def inspect() -> Report:
        meeting.wait()
        return Report(None, ())

    return [Task(str(number), [], inspect) for number in range(6)]


def test_as_many_files_are_read_at_once_as_there_are_threads(tmp_path: Path) -> None:
    tasks = tasks_that_wait_for_three(timeout=10)
    reports, _ = inspect_all(tasks, tmp_path / "memo.json", threads=3)
    assert len(reports) == 6


def test_not_one_more_is_read_at_once(tmp_path: Path) -> None:
    tasks = tasks_that_wait_for_three(timeout=0.2)
    with pytest.raises(threading.BrokenBarrierError):
        inspect_all(tasks, tmp_path / "memo.json", threads=2)


def test_digests_are_of_the_content_and_survive_another_date(tmp_path: Path) -> None:
    clip, missing = tmp_path / "clip", tmp_path / "missing"
    clip.write_bytes(b"abc")
    read: list[str] = []

    def inspect() -> Report:
        read.append("clip")
        return Report(None, ())

    tasks = [Task("one", [clip, missing], inspect)]
    _, first = inspect_all(tasks, tmp_path / "memo.json", threads=1)
    # FIPS 180-2, appendix B.1
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert first == {str(clip): abc, str(missing): ""}
    assert inspect_all(tasks, tmp_path / "memo.json", threads=1)[1] == first
    assert len(read) == 1
    clip.touch()
    assert inspect_all(tasks, tmp_path / "memo.json", threads=1)[1] == first
    assert len(read) == 2


def test_a_file_of_several_tasks_is_hashed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []
    monkeypatch.setattr(memo, "sha256", lambda path: hashed.append(path) or path.name)
    one, two = tmp_path / "one", tmp_path / "two"
    tasks = [
        Task(str(number), files, lambda: Report(None, ()))
        for number, files in enumerate([[one], [two], [one, two]])
    ]
    _, digests = inspect_all(tasks, None, threads=1)
    assert hashed == [one, two]
    assert digests == {str(one): "one", str(two): "two"}


def test_another_content_under_the_old_date_is_noticed(tmp_path: Path) -> None:
    clip, digests = tmp_path / "clip", set()
    tasks = [Task("one", [clip], lambda: Report(None, ()))]
    for content in (b"1", b"2"):
        clip.write_bytes(content)
        os.utime(clip, ns=(0, 10**18))
        digests.add(inspect_all(tasks, tmp_path / "memo.json", threads=1)[1][str(clip)])
    assert len(digests) == 2


def test_what_is_told_beside_the_files_counts_as_well(tmp_path: Path) -> None:
    read: list[str] = []

    def inspect() -> Report:
        read.append("clip")
        return Report(None, ())

    for told in ("row 1", "row 1", "row 2"):
        tasks = [Task("one", [], inspect, told), Task("other", [], lambda: Report(None, ()))]
        inspect_all(tasks, tmp_path / "memo.json", threads=1)
    assert len(read) == 2
