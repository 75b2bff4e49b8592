"""Bad data can be left out; tests/bad_input has what stops the workflow."""

import shutil
from pathlib import Path

import pytest

from tests.workflow.project import TINY, Project

pytestmark = pytest.mark.workflow


@pytest.fixture
def project(phantom_mhd: Path, tmp_path: Path) -> Project:
    data = tmp_path / "data"
    shutil.copytree(phantom_mhd, data)
    return Project(tmp_path, data, TINY)


def spoil(project: Project) -> None:
    training = project.data / "camus/training"
    raw = training / "patient0001/patient0001_2CH_sequence.raw"
    raw.write_bytes(raw.read_bytes()[:1000])
    cfg = training / "patient0002/Info_4CH.cfg"
    cfg.write_text(cfg.read_text().replace("ED:", "EDD:"))


def test_bad_inputs_can_be_left_out(project: Project) -> None:
    spoil(project)
    done = project.run("cache", config={"chunks": 1, "data": {"on_bad_input": "exclude"}})
    assert done.returncode == 0, done.stderr
    excluded = (project.results / "excluded.tsv").read_text()
    cohort = (project.results / "cohort.tsv").read_text()
    for name in ("patient0001_2CH", "patient0002_4CH"):
        assert name in excluded
        assert f"{name}\t" not in cohort
    assert "patient0001_4CH\t" in cohort
