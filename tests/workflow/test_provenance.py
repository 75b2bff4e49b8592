"""results/provenance.json of a finished run, against the run itself and its description."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.workflow.project import ROOT, Project

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def provenance(study: Project) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((study.results / "provenance.json").read_text())
    return content


def keys(section: dict[str, Any], prefix: str = "") -> set[str]:
    """Dotted names of all keys; each rule is a "*"."""
    found = set()
    for key, value in section.items():
        name = f"{prefix}{'*' if prefix == 'stages.' else key}"
        found.add(name)
        if isinstance(value, dict) and key not in ("versions", "other_versions", "checksums"):
            found |= keys(value, f"{name}.")
    return found


def test_the_document_describes_every_key(provenance: dict[str, Any]) -> None:
    text = (ROOT / "docs/provenance.md").read_text()
    described = set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))
    # The run's code is a copy outside of git.
    assert provenance["git"] is None
    assert described - {"git.commit", "git.dirty"} == keys(provenance) - {"stages.*"}


def test_every_input_file_is_listed_with_its_checksum(
    study: Project, provenance: dict[str, Any]
) -> None:
    def read(path: Path) -> bool:
        # Between ED and ES the release's masks are interpolated; TED's cfg files add nothing.
        return not path.name.endswith(("_half_sequence_gt.nii.gz", "_info.cfg"))

    folders = ("camus/database_nifti", "camus/database_split", "ted/database", "truth")
    files = [path for name in folders for path in (study.data / name).rglob("*") if path.is_file()]
    sums = {
        str(path.relative_to(study.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if read(path)
    }
    assert provenance["inputs"]["checksums"] == sums
    assert provenance["inputs"]["files"] == len(sums)


def test_every_job_counts_once(study: Project, provenance: dict[str, Any]) -> None:
    jobs = sum(stage["jobs"] for stage in provenance["stages"].values())
    # All but the provenance itself and the report after it.
    assert jobs == len(list((study.results / "benchmarks").rglob("*.tsv"))) - 2
    assert provenance["stages"]["predict"]["jobs"] == 3 * 2
    assert provenance["stages"]["train_fold_dense3d"]["jobs"] == 2
    assert provenance["stages"]["train_fold_dense3d"]["peak_rss_mb"] > 100


def test_the_report_shows_it(study: Project) -> None:
    assert "Provenance" in (study.results / "report.html").read_text()
    page = (study.results / "provenance.html").read_text()
    assert "train_fold_dense3d" in page
    assert "Seeds: folds 2023" in page
