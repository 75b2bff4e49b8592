import zipfile
from pathlib import Path

import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.io.cache import Sequence, write_patient
from echoweave.io.images import read_image, write_sequence
from echoweave.submission.camus import Mask, validate_submission, write_submission

# The cache file, and the predictions of one arm.
Files = tuple[Path, list[Path]]

NATIVE_SHAPE, NATIVE_SPACING = (60, 40), (0.154, 0.308)
NAMES = [f"patient0001_{view}_{instant}" for view in ("2CH", "4CH") for instant in ("ED", "ES")]
MASKS = [Mask(name, NATIVE_SHAPE, NATIVE_SPACING) for name in NAMES]


def labels(view: str) -> np.ndarray:
    """Frame 1 (ED) holds a cavity, frame 3 (ES) an atrium, each 10 x 8 of 30 x 20 pixels."""
    sequence = np.zeros((5, 30, 20), np.uint8)
    sequence[1, 5:15, 6:14] = 1
    sequence[3, 5:15, 6:14] = 3
    return sequence if view == "2CH" else sequence[::-1].copy()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """One test patient: in 2CH ED is frame 1 and ES 3, in 4CH the content is the other way."""
    clips, predictions = [], []
    for view in ("2CH", "4CH"):
        clip = Sequence(
            patient="patient0001",
            view=view,
            frames=np.zeros((5, 30, 20), np.uint8),
            ed=1,
            es=3,
            spacing_mm=(0.308, 0.616),
            native_shape=NATIVE_SHAPE,
            native_spacing_mm=NATIVE_SPACING,
        )
        clips.append(clip)
        predictions.append(tmp_path / f"dense2d/{clip.name}.nii.gz")
        write_sequence(predictions[-1], labels(view), clip.spacing_mm)
    write_patient(tmp_path / "patient0001.h5", clips)
    return tmp_path / "patient0001.h5", predictions


def write(files: Files, output: Path) -> Path:
    cache, predictions = files
    write_submission([cache], predictions, output)
    return output


def test_one_flat_zip_with_the_names_of_the_platform(files: Files, tmp_path: Path) -> None:
    with zipfile.ZipFile(write(files, tmp_path / "dense2d.zip")) as archive:
        assert archive.namelist() == [f"{name}{end}" for name in NAMES for end in (".mhd", ".raw")]


def test_masks_have_native_size_and_spacing(files: Files, tmp_path: Path) -> None:
    with zipfile.ZipFile(write(files, tmp_path / "dense2d.zip")) as archive:
        archive.extractall(tmp_path / "out")
    image = read_image(tmp_path / "out/patient0001_2CH_ED.mhd")
    assert image.array.shape == (1, 60, 40)
    assert image.array.dtype == np.uint8
    assert image.spacing_mm == pytest.approx(NATIVE_SPACING)
    expected = np.zeros((60, 40), np.uint8)
    expected[10:30, 12:28] = 1
    np.testing.assert_array_equal(image.array[0], expected)


def test_ed_and_es_are_the_frames_of_the_cache(files: Files, tmp_path: Path) -> None:
    with zipfile.ZipFile(write(files, tmp_path / "dense2d.zip")) as archive:
        highest = [max(archive.read(f"{name}.raw")) for name in NAMES]
    assert highest == [1, 3, 3, 1]


def test_equal_masks_give_equal_bytes(files: Files, tmp_path: Path) -> None:
    first, second = (write(files, tmp_path / f"{name}.zip").read_bytes() for name in "ab")
    assert first == second


def test_a_missing_prediction_is_named_and_no_zip_is_left(files: Files, tmp_path: Path) -> None:
    cache, predictions = files
    with pytest.raises(InputError, match="4CH: has no prediction"):
        write_submission([cache], predictions[:1], tmp_path / "dense2d.zip")
    assert not (tmp_path / "dense2d.zip").exists()


def test_a_prediction_of_other_frames_is_refused(files: Files, tmp_path: Path) -> None:
    cache, predictions = files
    write_sequence(predictions[0], labels("2CH")[:4], (0.3, 0.6))
    with pytest.raises(InputError, match=r"\(4, 30, 20\) and its sequence \(5, 30, 20\)"):
        write_submission([cache], predictions, tmp_path / "dense2d.zip")


def damage(path: Path, change: dict[str, bytes | None]) -> None:
    """Rewrite the zip with some files replaced, added or (None) left out."""
    with zipfile.ZipFile(path) as archive:
        content: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (content | change).items():
            if data is not None:
                archive.writestr(name, data)


def test_every_fault_of_a_zip_is_listed(files: Files, tmp_path: Path) -> None:
    path = write(files, tmp_path / "dense2d.zip")
    with zipfile.ZipFile(path) as archive:
        header = archive.read("patient0001_2CH_ES.mhd")
    damage(
        path,
        {
            "patient0001_2CH_ED.raw": bytes([4]) * 2400,
            "patient0001_2CH_ES.mhd": header.replace(b"0.308", b"0.5"),
            "patient0001_4CH_ED.raw": b"short",
            "patient0001_4CH_ES.mhd": None,
            "notes.txt": b"hello",
        },
    )
    with pytest.raises(InputError) as caught:
        validate_submission(path, MASKS)
    faults = {problem.key: problem.what for problem in caught.value.problems}
    assert set(faults) == {
        "patient0001_2CH_ED.mhd",
        "patient0001_2CH_ES.mhd",
        "patient0001_4CH_ED.mhd",
        "patient0001_4CH_ES.mhd",
        "notes.txt",
    }
    assert faults["patient0001_2CH_ED.mhd"] == "holds the label 4"
    assert "spacing" in faults["patient0001_2CH_ES.mhd"]
    assert "truncated" in faults["patient0001_4CH_ED.mhd"]
    assert faults["patient0001_4CH_ES.mhd"] == "is missing"
    assert faults["notes.txt"] == "is not asked for"


def test_a_sound_zip_passes(files: Files, tmp_path: Path) -> None:
    validate_submission(write(files, tmp_path / "dense2d.zip"), MASKS)


def test_a_renamed_test_patient_goes_back_under_its_own_name(tmp_path: Path) -> None:
    clip = Sequence(
        patient="test0001",
        view="2CH",
        frames=np.zeros((5, 30, 20), np.uint8),
        ed=1,
        es=3,
        spacing_mm=(0.308, 0.616),
        native_shape=NATIVE_SHAPE,
        native_spacing_mm=NATIVE_SPACING,
    )
    prediction = tmp_path / "test0001_2CH.nii.gz"
    write_sequence(prediction, labels("2CH"), clip.spacing_mm)
    write_patient(tmp_path / "test0001.h5", [clip])
    write_submission([tmp_path / "test0001.h5"], [prediction], tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert "patient0001_2CH_ED.mhd" in archive.namelist()
