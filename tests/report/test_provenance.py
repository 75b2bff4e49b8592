"""What the results were made from, written down and read by hand."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from echoweave.io.checksums import write_checksums
from echoweave.report.provenance import git_state, write_provenance
from echoweave.versions import versions, versions_line

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def job(results: Path, name: str, seconds: str, rss: str, pss: str, first_line: str = "") -> None:
    """Leave what a job leaves: its benchmark and its log."""
    benchmark, log = results / f"benchmarks/{name}.tsv", results / f"logs/{name}.log"
    for path in (benchmark, log):
        path.parent.mkdir(parents=True, exist_ok=True)
    benchmark.write_text(f"{HEADER}{seconds}\t0:00:01\t{rss}\t1\t1\t{pss}\t0\t0\t0\t0\n")
    log.write_text(f"{first_line or versions_line()}\n12:00:00 done\n")


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    done = subprocess.run(
        ["git", *names, "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def written(tmp_path: Path) -> tuple[dict[str, Any], str]:
    """The provenance of two rules with three jobs, as JSON and as a page."""
    results, data = tmp_path / "results", tmp_path / "data"
    data.mkdir()
    (data / "b.mhd").write_bytes(b"abc")
    (data / "a<b>.raw").write_bytes(b"")
    (data / "given.pt").write_bytes(b"weights")
    job(results, "train_fold/dense2d_0", "60.5", "800.25", "700")
    old = versions_line().replace(f"torch {versions()['torch']}", "torch 1.0")
    job(results, "train_fold/dense2d_1", "3600", "900", "650", old)
    job(results, "write_cohort", "0.2", "NA", "NA")
    (results / "config.yaml").write_text("seed: 5\n")
    write_checksums([data / "b.mhd", data / "a<b>.raw"], results / "checksums/training_0.tsv")
    write_provenance(
        config=results / "config.yaml",
        seed=5,
        input_tables=[results / "checksums/training_0.tsv"],
        other_inputs=[data / "given.pt"],
        jobs={
            "train_fold_dense2d": ["train_fold/dense2d_0", "train_fold/dense2d_1"],
            "write_cohort": ["write_cohort"],
            "adopt_registration": ["adopt_registration/dirnet"],
        },
        checkout=tmp_path,
        output=results / "provenance.json",
        page=results / "provenance.html",
    )
    return json.loads((results / "provenance.json").read_text()), (
        results / "provenance.html"
    ).read_text()


def test_time_adds_up_and_memory_peaks(written: tuple[dict[str, Any], str]) -> None:
    stage = written[0]["stages"]["train_fold_dense2d"]
    assert (stage["jobs"], stage["seconds"]) == (2, 3660.5)
    assert (stage["peak_rss_mb"], stage["peak_pss_mb"]) == (900, 700)


def test_what_was_not_measured_is_null(written: tuple[dict[str, Any], str]) -> None:
    stage = written[0]["stages"]["write_cohort"]
    assert (stage["seconds"], stage["peak_rss_mb"]) == (0.2, None)


def test_a_rule_without_a_finished_job_is_left_out(written: tuple[dict[str, Any], str]) -> None:
    assert "adopt_registration" not in written[0]["stages"]


def test_a_job_of_before_an_upgrade_says_so(written: tuple[dict[str, Any], str]) -> None:
    provenance, page = written
    assert provenance["stages"]["train_fold_dense2d"]["other_versions"] == {"torch": ["1.0"]}
    assert provenance["stages"]["write_cohort"]["other_versions"] == {}
    assert "<td>torch 1.0</td>" in page


def test_every_input_has_its_sha256(written: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    inputs = written[0]["inputs"]
    sums = {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "data").iterdir()
    }
    assert inputs["checksums"] == sums
    assert (inputs["files"], inputs["bytes"]) == (3, 10)


def test_settings_seeds_and_versions(written: tuple[dict[str, Any], str]) -> None:
    provenance, _ = written
    digest = hashlib.sha256(b"seed: 5\n").hexdigest()
    assert provenance["config"] == {"file": "config.yaml", "sha256": digest}
    assert set(provenance["seeds"].values()) == {5}
    assert provenance["versions"] == versions()
    assert {"echoweave", "python", "snakemake", "torch", "nnunetv2"} <= versions().keys()


def test_the_page_tells_the_time_for_readers(written: tuple[dict[str, Any], str]) -> None:
    assert "<td>1:01:00</td>" in written[1]
    assert "not a git checkout" in written[1]


def test_no_commit_outside_of_a_checkout(tmp_path: Path) -> None:
    assert git_state(tmp_path) is None
    # Unpacked inside of a checkout of something else.
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "inside").mkdir()
    assert git_state(tmp_path / "inside") is None


def test_the_commit_and_whether_files_differ_from_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-qm", "one")
    # The user's own config file, for example.
    (tmp_path / "mine.yaml").write_text("seed: 1")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert git_state(tmp_path) == {"commit": commit, "dirty": False}
    (tmp_path / "file").write_text("2")
    assert git_state(tmp_path) == {"commit": commit, "dirty": True}
