"""The table of good and bad stretches."""

from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.mmode.strips.quality_regions import QualityRegions, read_quality_regions

HEADER = "recording\tgood_start_s\tgood_end_s\tbad_start_s\tbad_end_s\n"
KNOWN = {"a": 3.0, "b": None}


def test_several_stretches_in_a_cell(tmp_path: Path) -> None:
    (tmp_path / "r.tsv").write_text(f"{HEADER}a\t2 0\t3.04 1.5\t1.5\t2\nb\t\t\t\t\n")
    assert read_quality_regions(tmp_path / "r.tsv", KNOWN) == {
        "a": QualityRegions(good=((0.0, 1.5), (2.0, 3.04)), bad=((1.5, 2.0),)),
        "b": QualityRegions(),
    }


def test_the_header_of_the_original(tmp_path: Path) -> None:
    text = "Recording;Good-Start;Good-End;Bad-Start;Bad-End\na.dcm;0,5 2;1 2,5;;\n"
    (tmp_path / "r.csv").write_text(text)
    found = read_quality_regions(tmp_path / "r.csv", KNOWN)
    assert found == {"a": QualityRegions(good=((0.5, 1.0), (2.0, 2.5)))}


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("c\t0\t1\t\t", "recording: there is no recording 'c'"),
        ("a\t0 1\t1\t\t", "a, good_end_s: 1 ends of 2 stretches"),
        ("a\t1\t1\t\t", "a, good_end_s: a stretch ends at 1 s and begins at 1 s"),
        ("a\t\t\t2\t3.2", "a, bad_end_s: a stretch ends at 3.2 s, and the strip at 3.00 s"),
        ("a\t0\t1\t0.9\t2", "a, good_start_s: the stretches from 0 s and from 0.9 s overlap"),
        ("a\t0 0.5\t1 2\t\t", "a, good_start_s: the stretches from 0 s and from 0.5 s overlap"),
        ("a\t-1\t1\t\t", "a, good_start_s: '-1' is no time in seconds"),
        ("a\t0\tend\t\t", "a, good_end_s: 'end' is no time in seconds"),
    ],
)
def test_bad_rows(tmp_path: Path, row: str, line: str) -> None:
    path = tmp_path / "r.tsv"
    path.write_text(f"{HEADER}{row}\nb\t0\t1\t\t\nb\t0\t1\t\t\n")
    with pytest.raises(InputError) as caught:
        read_quality_regions(path, KNOWN)
    assert str(caught.value).splitlines() == [
        f"{path}: line 2, {line}; correct the row",
        f"{path}: line 4, recording: b stands there twice; correct the row",
    ]


def test_a_missing_column(tmp_path: Path) -> None:
    (tmp_path / "r.tsv").write_text("recording\tgood_start_s\tgood_end_s\na\t0\t1\n")
    with pytest.raises(InputError, match="the header has no bad_start_s, bad_end_s"):
        read_quality_regions(tmp_path / "r.tsv", KNOWN)
