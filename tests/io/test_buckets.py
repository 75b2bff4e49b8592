import json
import os
from pathlib import Path

import pytest

from echoweave.io.buckets import bucket_files, check_indexes, index_name, whole_bucket

INDEX = "pseudolabels/dis/index/training_3_0cc175b9.json"
WHOLE = "5d5766cf2d787016"
NAMES = ["fused/a.nii.gz", "forward/a.nii.gz"]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The index of a bucket of two files, as its job leaves it."""
    path = tmp_path / INDEX
    with whole_bucket(path, NAMES) as files:
        write(files)
    return path


def write(files: list[Path]) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("whole")


def test_an_index_names_the_files_of_its_bucket(index: Path, tmp_path: Path) -> None:
    other = index.with_name("training_4_92eb5ffe.json")
    with whole_bucket(other, ["forward/b.nii.gz"]) as files:
        write(files)
    folder = tmp_path / "pseudolabels/dis"
    # The first 16 digits of what `sha256sum` says of "whole".
    assert json.loads(index.read_text()) == dict.fromkeys(NAMES, WHOLE)
    # Sorted over both buckets, whatever their order.
    assert bucket_files([other, index]) == [
        folder / "forward/a.nii.gz",
        folder / "forward/b.nii.gz",
        folder / "fused/a.nii.gz",
    ]


def test_a_job_that_fails_leaves_no_file_of_before_and_none_of_its_own(index: Path) -> None:
    old = bucket_files([index])
    # Snakemake deletes the declared output first.
    index.unlink()
    with pytest.raises(ValueError, match="empty mask"), whole_bucket(index, NAMES) as files:
        assert not any(file.exists() for file in old)
        write(files[:1])
        raise ValueError("empty mask")
    assert not index.exists()
    assert not any(file.exists() for file in old)


def test_a_job_that_leaves_a_file_out_fails(index: Path) -> None:
    index.unlink()
    with (
        pytest.raises(FileNotFoundError, match=r"was not written.*forward/a\.nii\.gz"),
        whole_bucket(index, NAMES) as files,
    ):
        write(files[:1])
    assert not index.exists()


def test_nothing_happens_to_a_whole_bucket(index: Path, tmp_path: Path) -> None:
    before = index.stat()
    check_indexes([index])
    assert index.stat() == before


@pytest.mark.parametrize("gone", NAMES)
def test_an_index_is_there_only_while_its_files_are(
    index: Path, tmp_path: Path, gone: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "pseudolabels/dis" / gone
    before = index.stat()
    file.rename(tmp_path / "elsewhere")
    check_indexes([index])
    check_indexes([index])
    assert not index.exists()
    assert caplog.text.count(f"{index} is no longer complete") == 2
    assert str(file) in caplog.text
    # Put back with its date.
    (tmp_path / "elsewhere").rename(file)
    check_indexes([index])
    assert index.stat().st_mtime_ns == before.st_mtime_ns
    assert list(index.parent.iterdir()) == [index]


@pytest.mark.parametrize("content", ["", '{"fused/a.nii.gz": "e', "null", "[7]", "{}x", "\0"])
def test_a_damaged_index_counts_as_none(index: Path, tmp_path: Path, content: str) -> None:
    index.write_text(content)
    check_indexes([index])
    assert not index.exists()
    # Made again, which ends what is left of the damaged one.
    with whole_bucket(index, NAMES) as files:
        write(files)
    check_indexes([index])
    assert list(index.parent.iterdir()) == [index]
    assert list(json.loads(index.read_text())) == NAMES


def test_an_index_is_not_older_than_a_file_that_was_changed(index: Path, tmp_path: Path) -> None:
    corrected = tmp_path / "pseudolabels/dis/fused/a.nii.gz"
    os.utime(index, (1000, 1000))
    corrected.write_text("corrected by hand")
    check_indexes([index])
    assert index.stat().st_mtime >= corrected.stat().st_mtime
    content = json.loads(index.read_text())
    assert list(content) == NAMES
    assert content["fused/a.nii.gz"] != content["forward/a.nii.gz"] == WHOLE
    assert corrected.read_text() == "corrected by hand"


def test_a_folder_in_place_of_a_file_is_no_file(
    index: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "pseudolabels/dis/fused/a.nii.gz"
    file.unlink()
    file.mkdir()
    os.utime(index, (1000, 1000))
    check_indexes([index])
    assert not index.exists()
    assert f"{index} is no longer complete (not a regular file)" in caplog.text


def test_another_list_of_sequences_gives_the_index_another_name() -> None:
    # MD5 of "a" and of two lines.
    assert index_name("training_3", ["a"]) == "training_3_0cc175b9.json"
    assert index_name("training_3", ["a", "b"]) == "training_3_8cdeb444.json"


def test_files_belong_to_the_index_that_was_written_last(index: Path) -> None:
    apart = index.with_name("training_5_4a8a08f0.json")
    with whole_bucket(apart, ["fused/c.nii.gz"]) as files:
        write(files)
    # A patient more, as with other chunks.
    larger = index.with_name("training_0_8cdeb444.json")
    with whole_bucket(larger, [*NAMES, "fused/b.nii.gz", "forward/b.nii.gz"]) as files:
        write(files)
    assert sorted(index.parent.iterdir()) == [larger, apart]
