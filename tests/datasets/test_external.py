"""CAMUS to a study of EchoNet, and the reverse: who is in it, and what the pictures look like."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from echoweave.datasets.cohort import Cohort, load_cohort
from echoweave.datasets.external import load_external
from echoweave.errors import InputError


@pytest.fixture
def config(phantom_echonet: Path, phantom_nifti: Path) -> dict[str, Any]:
    """Of EchoNet, whose other data set is CAMUS: four training and two test patients."""
    data = {
        "dataset": "echonet",
        "echonet": {"root": str(phantom_echonet / "echonet")},
        "camus": {"root": str(phantom_nifti / "camus"), "layout": "nifti"},
        "ted": {"root": None, "pairing": None},
        "dense_truth": str(phantom_echonet / "truth"),
        "on_bad_input": "stop",
    }
    return {"data": data, "folds": 2, "seed": 1, "evaluation": {"external": "camus"}}


def reversed_of(config: dict[str, Any], phantom_nifti: Path) -> dict[str, Any]:
    """Of CAMUS with TED, whose other data set is EchoNet."""
    ted = {"root": str(phantom_nifti / "ted"), "pairing": None}
    truth = str(phantom_nifti / "truth")
    data = config["data"] | {"dataset": "camus", "ted": ted, "dense_truth": truth}
    return config | {"data": data, "evaluation": {"external": "echonet"}}


def load(config: dict[str, Any], folder: Path) -> tuple[Cohort, Cohort | None]:
    cohort = load_cohort(config, folder)
    return cohort, load_external(config, cohort, folder)


def test_every_labelled_patient_is_in_it_once(config: dict[str, Any], tmp_path: Path) -> None:
    _, external = load(config, tmp_path)

    assert external is not None
    names = [source.name for source in external.sequences]
    assert external.patients == [f"patient{number:04}" for number in (1, 2, 3, 4, 10, 20)]
    assert len(names) == len(set(names)) == 12
    assert (external.unit, external.dataset.title) == ("mm", "CAMUS")
    assert (external.folds, external.ted) == ({}, ())


def test_pictures_of_camus_get_the_square_of_echonet(
    config: dict[str, Any], tmp_path: Path
) -> None:
    _, external = load(config, tmp_path)

    assert external is not None
    for source in external.sequences:
        sy, sx = source.facts.native_spacing_mm
        height, width = source.facts.native_shape
        frames, masks = source.files.read_frames(), source.files.read_masks()
        # Square to half a pixel.
        assert height * sy == pytest.approx(width * sx, abs=max(sy, sx) / 2)
        assert frames.shape[1:] == masks.shape[1:] == (height, width)
        # EchoNet knows the cavity alone.
        assert np.unique(masks).tolist() == [0, 1]
        assert source.files.dense_truth is None


def test_masks_keep_their_pixels(config: dict[str, Any], tmp_path: Path) -> None:
    _, external = load(config, tmp_path)
    camus = load_cohort(
        config | {"data": config["data"] | {"dataset": "camus", "dense_truth": None}}, tmp_path
    )

    assert external is not None
    for ours, theirs in zip(external.sequences, camus.sequences, strict=True):
        counts = [np.sum(one.files.read_masks() == 1) for one in (ours, theirs)]
        assert counts[0] == counts[1] > 0


def test_clips_of_echonet_in_a_study_of_camus(
    config: dict[str, Any], phantom_nifti: Path, tmp_path: Path
) -> None:
    cohort, external = load(reversed_of(config, phantom_nifti), tmp_path)

    assert external is not None
    assert len(external.patients) == len(external.sequences) == 6
    assert external.unit == "px"
    assert external.dataset.label_values == (0, 1)
    # Pictures of the phantom of CAMUS are no squares.
    shapes = {source.facts.native_shape for source in external.sequences}
    (shape,) = shapes
    assert max(shape) > min(shape) == 64
    assert cohort.ted
    # Of whole clips what counts runs from ED to ES.
    source = external.sequences[0]
    assert len(source.read_ed_to_es()) == source.n_frames < len(source.files.read_frames())


def test_what_the_tables_say_of_a_clip_counts_as_in_its_own_study(
    config: dict[str, Any], phantom_nifti: Path, tmp_path: Path
) -> None:
    _, external = load(reversed_of(config, phantom_nifti), tmp_path)
    echonet = load_cohort(config, tmp_path)

    assert external is not None
    told = [[source.files.told for source in one.sequences] for one in (external, echonet)]
    assert told[0] == told[1]
    assert len(set(told[0])) == 6


def test_without_the_key_there_is_none(config: dict[str, Any], tmp_path: Path) -> None:
    assert load(config | {"evaluation": {"external": None}}, tmp_path)[1] is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("echonet", r"evaluation.external: 'echonet' is the data set that the arms are trained on"),
        ("kamus", r"evaluation.external: there is no data set 'kamus'.*choose among camus"),
    ],
)
def test_a_name_that_is_no_other_data_set_is_refused(
    config: dict[str, Any], tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load(config | {"evaluation": {"external": name}}, tmp_path)


def test_a_missing_section_is_refused(config: dict[str, Any], tmp_path: Path) -> None:
    data = {key: value for key, value in config["data"].items() if key != "camus"}
    with pytest.raises(InputError, match=r"data.camus: the section is missing"):
        load(config | {"data": data}, tmp_path)


def test_a_folder_without_data_is_refused(config: dict[str, Any], tmp_path: Path) -> None:
    camus = {"root": str(tmp_path / "nowhere"), "layout": "auto"}
    with pytest.raises(InputError, match=r"data.camus.root: there is no such folder"):
        load(config | {"data": config["data"] | {"camus": camus}}, tmp_path)
