from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.inference.many import (
    check_folder,
    check_threads,
    finished_summary,
    request_digest,
)
from echoweave.mmode.outputs.summary import summarise_strip
from echoweave.outputs.summary import store_summary
from tests.mmode.hearts import analysed, sine_strip

OPTIONS = {"mm_per_px": None, "species": "mouse"}


def test_all_that_results_follow_from_is_in_the_digest() -> None:
    same = request_digest("a", "b", OPTIONS)
    assert request_digest("a", "b", dict(reversed(OPTIONS.items()))) == same
    others = [
        request_digest("b", "b", OPTIONS),
        request_digest("a", "a", OPTIONS),
        request_digest("a", "b", OPTIONS | {"species": "human"}),
        request_digest("a", "b", OPTIONS | {"mm_per_px": 0.05}),
    ]
    assert len({same, *others}) == 5


def test_what_an_earlier_run_made_of_the_same(tmp_path: Path) -> None:
    summary = summarise_strip(analysed(sine_strip()))
    assert finished_summary(tmp_path, summary["request"]) is None
    store_summary(summary, tmp_path / "summary.json")
    assert finished_summary(tmp_path, summary["request"]) == summary
    assert finished_summary(tmp_path, "d" * 64) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"kind": "strip", "format": 1}'])
def test_a_summary_that_cannot_be_used_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "summary.json").write_text(content)
    assert finished_summary(tmp_path, "c" * 64) is None


def test_a_folder_is_made_or_refused(tmp_path: Path) -> None:
    check_folder(tmp_path / "a/b")
    assert (tmp_path / "a/b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(
        InputError, match=r"file: --out: cannot be written \(File exists\); give an"
    ):
        check_folder(tmp_path / "file")


def test_one_thread_is_the_least() -> None:
    check_threads(1)
    with pytest.raises(InputError, match="--threads: 0 is out of range; give 1 or more"):
        check_threads(0)
