"""A study of CAMUS whose arm is applied to EchoNet, another data set with another unit."""

import shutil
from pathlib import Path

import pytest

from echoweave.io.cache import read_sequence, read_views
from echoweave.io.images import read_image
from echoweave.io.tables import read_tsv
from tests.workflow.project import TINY, Project

pytestmark = pytest.mark.workflow

ARM = "sparse2d"
OWN = {"segmentation": {"arms": [ARM]}}


def config_of(project: Project, external: str | None = "echonet") -> dict[str, object]:
    data = {"echonet": {"root": str(project.folder / "echonet")}}
    return OWN | {"data": data, "evaluation": {"external": external}}


@pytest.fixture(scope="module")
def run(study: Project, tmp_path_factory: pytest.TempPathFactory, phantom_echonet: Path) -> Project:
    """Six patients of EchoNet, and what sparse2d of a finished study makes of them."""
    project = study.copied(tmp_path_factory.mktemp("external") / "copy")
    shutil.copytree(phantom_echonet / "echonet", project.folder / "echonet")
    assert not any(
        "train" in rule for rule in project.planned("external", config=config_of(project))
    )
    done = project.run("external", config=config_of(project))
    assert done.returncode == 0, done.stderr[-3000:]
    return project


def test_every_patient_is_measured_once_at_ed_and_es(run: Project) -> None:
    frames = read_tsv(run.results / f"measures/external/{ARM}/frames.tsv")
    cohort = read_tsv(run.results / "external/cohort.tsv")

    assert len(cohort) == frames["patient"].nunique() == 6
    assert frames["structure"].unique().tolist() == ["cavity"]
    assert frames.groupby("patient")["instant"].apply(list).tolist() == [["ED", "ES"]] * 6
    assert "hd95_px" in frames.columns


def test_predictions_lie_on_the_grid_of_their_own_cache(run: Project) -> None:
    paths = sorted((run.results / f"predictions/external/{ARM}").glob("*.nii.gz"))
    caches = sorted((run.results / "external/cache").glob("*.h5"))

    assert len(paths) == len(caches) == 6
    for path, cache in zip(paths, caches, strict=True):
        assert read_views(cache) == ["4CH"]
        echo = read_sequence(cache, "4CH")
        image = read_image(path)
        assert image.array.shape == echo.frames.shape
        assert image.spacing_mm == pytest.approx(echo.spacing)


def test_the_table_has_both_test_sets(run: Project) -> None:
    table = read_tsv(run.results / "tables/external.tsv")
    overall = table[(table["group"] == "all") & (table["instant"] == "overall")]

    assert overall["dataset"].tolist() == ["CAMUS", "EchoNet"]
    # Two test patients with two views, and six clips, at ED and ES.
    assert overall["n"].tolist() == [8, 12]
    assert overall["unit"].tolist() == ["mm", "px"]
    lost = overall["dice_mean"].iloc[0] - overall["dice_mean"].iloc[1]
    assert overall["dice_loss"].iloc[1] == pytest.approx(lost, abs=1e-5)


def test_nothing_runs_again_and_without_the_key_nothing_is_there_to_run(run: Project) -> None:
    assert run.planned("external", config=config_of(run)) == {}
    assert run.planned("external", config=config_of(run, None)) == {}


def test_a_prediction_that_is_gone_is_made_again(run: Project) -> None:
    path = next((run.results / f"predictions/external/{ARM}").glob("*.nii.gz"))
    path.unlink()
    planned = run.planned("external", config=config_of(run))

    assert {name.rstrip("_01") for name in planned} == {
        *("predict_external", "measure_external", "make_external_table", "draw_external"),
    }


def test_a_name_that_is_no_other_data_set_stops_before_any_job(run: Project) -> None:
    done = run.run("external", "--dry-run", config=config_of(run, "camus"))

    assert done.returncode != 0
    said = "'camus' is the data set that the arms are trained on"
    assert said in done.stdout + done.stderr


def test_a_study_of_echonet_has_the_patients_of_camus(
    tmp_path: Path, phantom_nifti: Path, phantom_echonet: Path
) -> None:
    project = Project(tmp_path, phantom_nifti, TINY)
    data = {
        "dataset": "echonet",
        "echonet": {"root": str(phantom_echonet / "echonet")},
        "ted": {"root": None},
        "dense_truth": None,
    }
    config = OWN | {"data": data, "evaluation": {"external": "camus"}}
    done = project.run("results/external/cohort.tsv", config=config)
    assert done.returncode == 0, done.stderr[-3000:]
    cohort = read_tsv(project.results / "external/cohort.tsv")

    # Four training and two test patients, each in two views.
    assert len(cohort) == 12
    assert cohort["has_labels"].all()
    assert cohort["fold"].isna().all()
    assert read_tsv(project.results / "external/excluded.tsv").empty
