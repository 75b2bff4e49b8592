"""Snakemake's records go with the results and come back, whatever happens to either."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snakemake.persistence import RECORD_FORMAT_VERSION, MetadataRecord
from snakemake.persistence.file import FilePersistence

from echoweave.records import begin_records, keep_records, restore_records

# Snakemake keeps a key of this length in more than one file name.
LONG = "labels/" + "x" * 200 + ".nii.gz"


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def make(output: str, setting: str, results: str = "results") -> None:
    """Make an output and Snakemake's record of it, as a job does."""
    path = Path(results, output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(setting)
    record = MetadataRecord(
        rule="draw",
        input=sorted([f"{results}/cache.h5", "resources/given.pt"]),
        params=[repr(setting)],
        endtime=path.stat().st_mtime,
        input_checksums={f"{results}/cache.h5": "sha256:1"},
        record_format_version=RECORD_FORMAT_VERSION,
    )
    FilePersistence()._write_record(f"{results}/{output}", record)


def record(output: str, results: str = "results") -> MetadataRecord | None:
    return FilePersistence()._read_record(f"{results}/{output}")


def setting(output: str, results: str = "results") -> list[Any] | None:
    found = record(output, results)
    return None if found is None else found.params


def run(*made: Callable[[], None]) -> None:
    begin_records(Path("results"))
    for one in made:
        one()
    keep_records(Path("results"))


def test_a_deleted_home_comes_back() -> None:
    run(lambda: make("a.tsv", "old"), lambda: make(LONG, "old"))
    before = [record("a.tsv"), record(LONG)]
    shutil.rmtree(".snakemake")
    assert [record("a.tsv"), record(LONG)] == [None, None]
    restore_records(Path("results"))
    assert [record("a.tsv"), record(LONG)] == before


def test_moved_results_keep_their_records_under_new_paths() -> None:
    run(lambda: make("a.tsv", "old"))
    Path("results").rename("moved")
    restore_records(Path("moved"))
    found = record("a.tsv", "moved")
    assert found is not None
    assert found.params == ["'old'"]
    assert found.input == ["moved/cache.h5", "resources/given.pt"]
    assert found.input_checksums == {"moved/cache.h5": "sha256:1"}


def test_of_two_records_that_one_counts_which_is_of_the_time_of_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(lambda: make("a.tsv", "of here"))
    (tmp_path / "there").mkdir()
    (tmp_path / "there/results").symlink_to(tmp_path / "here/results")
    monkeypatch.chdir(tmp_path / "there")
    restore_records(Path("results"))
    assert setting("a.tsv") == ["'of here'"]
    run(lambda: make("a.tsv", "of there"))
    monkeypatch.chdir(tmp_path / "here")
    assert setting("a.tsv") == ["'of here'"]
    restore_records(Path("results"))
    assert setting("a.tsv") == ["'of there'"]


def test_a_killed_run_lost_nothing_where_it_ran() -> None:
    run(lambda: make("a.tsv", "old"))
    begin_records(Path("results"))
    make("a.tsv", "new")
    restore_records(Path("results"))
    assert setting("a.tsv") == ["'new'"]


def test_what_a_killed_run_made_counts_as_stale_if_its_records_are_lost() -> None:
    run(lambda: make("a.tsv", "old"), lambda: make("b.tsv", "old"))
    begin_records(Path("results"))
    make("b.tsv", "new")
    make("c.tsv", "new")
    shutil.rmtree(".snakemake")
    restore_records(Path("results"))
    lost = ["made by a run whose records are lost"]
    assert [setting(name) for name in ("a.tsv", "b.tsv", "c.tsv")] == [["'old'"], lost, lost]


def test_copies_with_other_dates_keep_their_records() -> None:
    run(lambda: make("a.tsv", "old"))
    shutil.rmtree(".snakemake")
    os.utime("results/a.tsv", (10**9, 10**9))
    restore_records(Path("results"))
    assert setting("a.tsv") == ["'old'"]


def test_deleted_outputs_have_no_record_and_damaged_copies_are_no_obstacle() -> None:
    run(lambda: make("a.tsv", "old"), lambda: make("b.tsv", "old"))
    Path("results/a.tsv").unlink()
    shutil.rmtree(".snakemake")
    restore_records(Path("results"))
    assert [setting("a.tsv"), setting("b.tsv")] == [None, ["'old'"]]
    shutil.rmtree(".snakemake")
    Path("results/.records.json").write_text("[{")
    restore_records(Path("results"))
    assert setting("b.tsv") is None


def test_results_of_no_run_are_left_alone() -> None:
    restore_records(Path("results"))
    assert not Path("results").exists()


def test_a_full_disk_is_a_warning(
    small_disk: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    make("a.tsv", "old")
    (Path("results") / "a.tsv").unlink()
    small_disk(Path("results"), "ro")
    keep_records(Path("results"))
    assert "cannot keep the records of this run (Read-only file system)" in caplog.text
