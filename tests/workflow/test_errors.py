"""Bad configs and bad data stop the workflow before any job, with one line a problem."""

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


def test_an_unknown_key_stops_at_once(project: Project) -> None:
    done = project.run("all", config={"registration": {"holdouts": "ted"}})
    assert done.returncode != 0
    assert "registration.holdouts: unknown key; did you mean 'holdout'?" in done.stderr
    assert not (project.results / "logs").exists()


def test_an_unknown_estimator_stops_at_once(project: Project) -> None:
    change = {"pseudolabels": {"estimators": ["still", "dirnet", "voxelmorph"]}}
    done = project.run("all", config=change)
    assert done.returncode != 0
    assert "pseudolabels.estimators: there is no estimator 'voxelmorph'" in done.stderr


def spoil(project: Project) -> None:
    training = project.data / "camus/training"
    raw = training / "patient0001/patient0001_2CH_sequence.raw"
    raw.write_bytes(raw.read_bytes()[:1000])
    cfg = training / "patient0002/Info_4CH.cfg"
    cfg.write_text(cfg.read_text().replace("ED:", "EDD:"))


def test_all_bad_inputs_are_listed_together(project: Project) -> None:
    spoil(project)
    done = project.run("all")
    assert done.returncode != 0
    assert "patient0001_2CH_sequence" in done.stderr
    assert "truncated" in done.stderr
    assert "Info_4CH.cfg: ED:" in done.stderr
    assert not (project.results / "logs").exists()


def test_bad_inputs_can_be_left_out(project: Project) -> None:
    spoil(project)
    done = project.run("cache", config={"data": {"on_bad_input": "exclude"}})
    assert done.returncode == 0, done.stderr
    excluded = (project.results / "excluded.tsv").read_text()
    cohort = (project.results / "cohort.tsv").read_text()
    for name in ("patient0001_2CH", "patient0002_4CH"):
        assert name in excluded
        assert f"{name}\t" not in cohort
    assert "patient0001_4CH\t" in cohort
