"""The teacher sees whom registration networks train on, and nobody else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.io.cache import read_sequence, read_views, write_patient
from echoweave.io.images import read_array
from echoweave.io.tables import read_tsv
from echoweave.segmentation.arms import TEACHER
from echoweave.segmentation.files import (
    curves_file,
    prepared_file,
    preprocessed_folder,
    raw_folder,
)
from echoweave.segmentation.plan import plan
from echoweave.segmentation.select import select_configurations
from echoweave.segmentation.splits import patients_of_splits
from echoweave.segmentation.teacher import predict_noisy_labels, write_raw_teacher
from echoweave.segmentation.train import train_fold

from .study import LABEL_VALUES, PLANS, TRAINING, Study, write_study

HELD_OUT = "patient0002"
SPLIT = {"holdout": [HELD_OUT], "validation_patients": 1, "seed": 1}


def nobody_in_ted(study: Study) -> Path:
    path = study.folder / "ted_pairs.tsv"
    path.write_text("ted_id\tpatient\n")
    return path


def prepare(study: Study) -> bytes:
    """Write the raw data and plan; return what identifies them."""
    ted = nobody_in_ted(study)
    write_raw_teacher(TEACHER, study.caches, ted, LABEL_VALUES, study.root, SPLIT)
    plan(TEACHER, ["2d"], study.root, PLANS, 1)
    return prepared_file(study.root, TEACHER).read_bytes()


def turn_masks(study: Study, patient: str) -> None:
    (path,) = (path for path in study.caches if path.stem == patient)
    echoes = [read_sequence(path, view) for view in read_views(path)]
    write_patient(path, [replace(echo, labels=echo.labels[:, ::-1]) for echo in echoes])


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study whose teacher is trained and applied."""
    study = write_study(tmp_path_factory.mktemp("taught"))
    prepare(study)
    train_fold(TEACHER, "2d", 0, None, study.root, TRAINING, 1, 1, probabilities=False)
    select_configurations(TEACHER, ["2d"], [0], study.root, 1)
    ted = nobody_in_ted(study)
    predict_noisy_labels(
        TEACHER, study.caches, ted, study.folder / "noisy", study.root, SPLIT, threads=1
    )
    return study


def test_it_sees_nobody_of_the_hold_out(taught: Study) -> None:
    seen = {"patient0001", "patient0003", "patient0004"}
    for folder in (raw_folder(taught.root, TEACHER), preprocessed_folder(taught.root, TEACHER)):
        assert patients_of_splits(folder) == seen
        assert not list(folder.rglob(f"{HELD_OUT}*"))
    assert {path.name.partition("_")[0] for path in (taught.folder / "noisy").iterdir()} == seen


def test_it_labels_every_frame(taught: Study) -> None:
    labels = read_array(taught.folder / "noisy/patient0001_2CH.nii.gz")
    assert labels.shape == read_sequence(taught.caches[0], "2CH").frames.shape
    assert set(np.unique(labels)) <= set(LABEL_VALUES)


def test_masks_of_the_hold_out_change_nothing_of_it(taught: Study) -> None:
    """So its training is kept: its data are the same to the last byte."""
    before = prepared_file(taught.root, TEACHER).read_bytes()
    turn_masks(taught, HELD_OUT)
    assert prepare(taught) == before
    curves = curves_file(taught.root, TEACHER, "2d", 0)
    trained = curves.with_name("checkpoint_final.pth").stat().st_mtime_ns
    train_fold(TEACHER, "2d", 0, None, taught.root, TRAINING, 1, 1, probabilities=False)
    assert curves.with_name("checkpoint_final.pth").stat().st_mtime_ns == trained
    assert len(read_tsv(curves)) > 0
    turn_masks(taught, "patient0003")
    assert prepare(taught) != before
