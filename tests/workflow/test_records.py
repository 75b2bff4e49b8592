"""Results are judged by what they were made from, wherever they lie and whatever their dates."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.workflow.project import Project

pytestmark = pytest.mark.workflow

CHANGE = {"evaluation": {"simpson_mode": "camus"}}
STALE = {"make_tables", "draw_bland_altman", "draw_simpson", "write_page"}


@pytest.fixture
def copy(study: Project, tmp_path: Path) -> Project:
    return study.copied(tmp_path / "copy")


def test_without_the_folder_snakemake(copy: Project) -> None:
    shutil.rmtree(copy.folder / ".snakemake")
    assert copy.planned("all") == {}
    assert copy.planned("all", config=CHANGE).keys() > STALE


def test_renamed_results(copy: Project) -> None:
    copy.results.rename(copy.folder / "renamed")
    renamed = {"results_dir": "renamed"}
    assert copy.planned("all", config=renamed) == {}
    assert copy.planned("all", config=renamed | CHANGE).keys() > STALE


def test_another_working_directory(copy: Project) -> None:
    # As deep as the first one, since the paths of the data are relative.
    other = copy.folder.with_name("other")
    other.mkdir()
    absolute = {"results_dir": str(copy.results)}
    assert replace(copy, folder=other).planned("all", config=absolute).keys() <= {
        "write_config",
        "write_provenance",
        "render_report",
    }
    changed = replace(copy, folder=other).planned("all", config=absolute | CHANGE)
    assert changed.keys() > STALE


def test_there_and_back(copy: Project) -> None:
    """What another working directory has changed since is noticed in the first one."""
    assert copy.planned("evaluation") == {}
    other = copy.folder.with_name("other")
    other.mkdir()
    absolute = {"results_dir": str(copy.results)}
    done = replace(copy, folder=other).run("evaluation", config=absolute | CHANGE)
    assert done.returncode == 0, done.stderr[-2000:]
    assert copy.planned("evaluation", config=CHANGE) == {}
    assert copy.planned("evaluation") == {"make_tables": 1}


def test_copied_data(copy: Project) -> None:
    """Only what names their place is made again, and they are found where they are now."""
    moved = replace(copy, data=copy.data.with_name("moved"))
    shutil.copytree(copy.data, moved.data, copy_function=shutil.copy)
    shutil.rmtree(copy.data)
    assert moved.planned("all").keys() == {"write_config", "write_provenance", "render_report"}
    cache = moved.results / "cache/patient0001.h5"
    cache.unlink()
    done = moved.run("cache")
    assert done.returncode == 0, done.stderr[-2000:]
    assert cache.exists()


def test_no_record_names_a_place(study: Project) -> None:
    """A param that holds a path would make results stale that were only moved."""
    kept = (study.results / ".records.json").read_text()
    assert '"rule": "make_tables"' in kept
    assert "results/" not in kept
    assert str(study.folder) not in kept
