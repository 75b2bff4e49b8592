import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import read_image, write_sequence
from echoweave.submission.camus import Mask, validate_submission, write_submission
from echoweave.submission.header import source_header

NATIVE_SHAPE, NATIVE_SPACING = (60, 40), (0.154, 0.308)
NAMES = [f"patient0001_{view}_{instant}" for view in ("2CH", "4CH") for instant in ("ED", "ES")]
# As in the public files of CAMUS.
SOURCE = {
    "TransformMatrix": "1 0 0 0 1 0 0 0 1",
    "Offset": "0 0 0",
    "CenterOfRotation": "0 0 0",
    "AnatomicalOrientation": "RAI",
    "ElementSpacing": "0.308 0.154 1.54",
    "DimSize": "40 60 1",
}


class Files(NamedTuple):
    """The cache file, the predictions of one arm, and the source images of each sequence."""

    cache: Path
    predictions: list[Path]
    sources: dict[str, tuple[Path, Path]]

    @property
    def masks(self) -> list[Mask]:
        images = [path for name in sorted(self.sources) for path in self.sources[name]]
        return [Mask(name, source_header(path)) for name, path in zip(NAMES, images, strict=True)]


def write_source(path: Path, **header: str) -> Path:
    """Write a source image with other entries in its header."""
    entries = {"ObjectType": "Image", "NDims": "3", "BinaryData": "True"} | SOURCE | header
    entries |= {"ElementType": "MET_UCHAR", "ElementDataFile": f"{path.stem}.raw"}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{key} = {value}\n" for key, value in entries.items()))
    path.with_suffix(".raw").write_bytes(bytes(60 * 40))
    return path


def labels(view: str) -> np.ndarray:
    """Frame 1 (ED) holds a cavity, frame 3 (ES) an atrium, each 10 x 8 of 30 x 20 pixels."""
    sequence = np.zeros((5, 30, 20), np.uint8)
    sequence[1, 5:15, 6:14] = 1
    sequence[3, 5:15, 6:14] = 3
    return sequence if view == "2CH" else sequence[::-1].copy()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """One test patient: in 2CH ED is frame 1 and ES 3, in 4CH the content is the other way."""
    clips, predictions, sources = [], [], {}
    for view in ("2CH", "4CH"):
        clip = EchoSequence(
            patient="patient0001",
            view=view,
            frames=np.zeros((5, 30, 20), np.uint8),
            ed=1,
            es=3,
            spacing=(0.308, 0.616),
            native_shape=NATIVE_SHAPE,
            native_spacing=NATIVE_SPACING,
        )
        clips.append(clip)
        predictions.append(tmp_path / f"dense2d/{clip.name}.nii.gz")
        write_sequence(predictions[-1], labels(view), clip.spacing)
        ed, es = (tmp_path / f"source/{clip.name}_{instant}.mhd" for instant in ("ED", "ES"))
        sources[clip.name] = (write_source(ed), write_source(es))
    write_patient(tmp_path / "patient0001.h5", clips)
    return Files(tmp_path / "patient0001.h5", predictions, sources)


def write(files: Files, output: Path) -> Path:
    write_submission([files.cache], files.predictions, files.sources, output)
    return output


def written_header(submission: Path, name: str) -> dict[str, str]:
    """Return the entries of one header in the zip."""
    with zipfile.ZipFile(submission) as archive:
        lines = archive.read(f"{name}.mhd").decode().splitlines()
    return dict(line.split(" = ", 1) for line in lines)


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


def numbers(entry: str) -> list[float]:
    return [float(number) for number in entry.split()]


@pytest.mark.parametrize("key", ["TransformMatrix", "Offset", "ElementSpacing", "DimSize"])
def test_every_entry_of_the_source_header_is_kept(files: Files, tmp_path: Path, key: str) -> None:
    written = written_header(write(files, tmp_path / "a.zip"), "patient0001_2CH_ED")
    assert written[key] == SOURCE[key]
    assert written["ElementType"] == "MET_UCHAR"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ElementSpacing", "0.308 0.154 0.5"),
        ("ElementSpacing", "0.31 0.15 1"),
        ("Offset", "-12.5 3.25 7"),
        ("TransformMatrix", "1 0 0 0 1 0 0 0 -1"),
    ],
)
def test_each_instant_has_the_header_of_its_own_image(
    files: Files, tmp_path: Path, key: str, value: str
) -> None:
    write_source(files.sources["patient0001_4CH"][1], **{key: value})
    submission = write(files, tmp_path / "a.zip")
    assert numbers(written_header(submission, "patient0001_4CH_ES")[key]) == numbers(value)
    assert written_header(submission, "patient0001_4CH_ED")[key] == SOURCE[key]


def test_a_source_without_a_usable_third_spacing_gets_that_of_the_public_files(
    files: Files, tmp_path: Path
) -> None:
    ed, es = files.sources["patient0001_2CH"]
    write_source(ed, ElementSpacing="0.308 0.154 0")
    flat = {"NDims": "2", "TransformMatrix": "1 0 0 1", "Offset": "5 6", "CenterOfRotation": "0 0"}
    flat |= {"AnatomicalOrientation": "??", "ElementSpacing": "0.3 0.2", "DimSize": "40 60"}
    write_source(es, **flat)
    submission = write(files, tmp_path / "a.zip")
    first, second = (written_header(submission, f"patient0001_2CH_{end}") for end in ("ED", "ES"))
    assert first["ElementSpacing"] == "0.308 0.154 1.54"
    assert numbers(second["ElementSpacing"]) == numbers("0.3 0.2 1.54")
    assert (second["Offset"], second["DimSize"]) == ("5 6 0", "40 60 1")


@pytest.mark.parametrize(
    "matrix",
    [
        "-1 0 0 0 1 0 0 0 1",
        "1 0 0 0 -1 0 0 0 1",
        "-1 0 0 0 -1 0 0 0 1",
        "0 1 0 1 0 0 0 0 1",
        "0 1 0 -1 0 0 0 0 1",
        "0 -1 0 -1 0 0 0 0 -1",
    ],
)
def test_masks_lie_as_their_source_is_stored(tmp_path: Path, matrix: str) -> None:
    """Whatever way an image is turned when it is read, its mask goes back as it came."""
    source = write_source(tmp_path / "source.mhd", TransformMatrix=matrix)
    stored = np.zeros((60, 40), np.uint8)
    stored[5:20, 3:30] = 1
    stored[40:50, 3:9] = 3
    source.with_suffix(".raw").write_bytes(stored.tobytes())
    image = read_image(source)
    mask = image.array.astype(np.uint8)
    clip = EchoSequence(
        patient="patient0001",
        view="2CH",
        frames=np.zeros((2, *mask.shape[1:]), np.uint8),
        ed=0,
        es=1,
        spacing=image.spacing_mm,
        native_shape=mask.shape[1:],
        native_spacing=image.spacing_mm,
    )
    write_patient(tmp_path / "patient0001.h5", [clip])
    prediction = tmp_path / "patient0001_2CH.nii.gz"
    write_sequence(prediction, np.concatenate([mask, mask]), image.spacing_mm)
    files = Files(tmp_path / "patient0001.h5", [prediction], {clip.name: (source, source)})
    submission = write(files, tmp_path / "a.zip")
    header = written_header(submission, "patient0001_2CH_ED")
    assert numbers(header["TransformMatrix"]) == numbers(matrix)
    assert numbers(header["ElementSpacing"]) == numbers(SOURCE["ElementSpacing"])
    with zipfile.ZipFile(submission) as archive:
        assert archive.read("patient0001_2CH_ED.raw") == stored.tobytes()


def test_a_source_of_another_size_is_refused(files: Files, tmp_path: Path) -> None:
    write_source(files.sources["patient0001_2CH"][0], DimSize="60 40 1")
    with pytest.raises(InputError, match="size: is 60 x 40 x 1, its sequence 40 x 60"):
        write(files, tmp_path / "a.zip")


def test_ed_and_es_are_the_frames_of_the_cache(files: Files, tmp_path: Path) -> None:
    with zipfile.ZipFile(write(files, tmp_path / "dense2d.zip")) as archive:
        highest = [max(archive.read(f"{name}.raw")) for name in NAMES]
    assert highest == [1, 3, 3, 1]


def test_equal_masks_give_equal_bytes(files: Files, tmp_path: Path) -> None:
    first, second = (write(files, tmp_path / f"{name}.zip").read_bytes() for name in "ab")
    assert first == second


def test_a_missing_prediction_is_named_and_no_zip_is_left(files: Files, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="4CH: has no prediction"):
        write(files._replace(predictions=files.predictions[:1]), tmp_path / "dense2d.zip")
    assert not (tmp_path / "dense2d.zip").exists()


def test_a_prediction_of_other_frames_is_refused(files: Files, tmp_path: Path) -> None:
    write_sequence(files.predictions[0], labels("2CH")[:4], (0.3, 0.6))
    with pytest.raises(InputError, match=r"\(4, 30, 20\) and its sequence \(5, 30, 20\)"):
        write(files, tmp_path / "dense2d.zip")


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
            "patient0001_2CH_ES.mhd": header.replace(b"1.54", b"1.5"),
            "patient0001_4CH_ED.raw": b"short",
            "patient0001_4CH_ES.mhd": None,
            "notes.txt": b"hello",
        },
    )
    with pytest.raises(InputError) as caught:
        validate_submission(path, files.masks)
    faults = {problem.key: problem.what for problem in caught.value.problems}
    assert set(faults) == {
        "patient0001_2CH_ED.mhd",
        "patient0001_2CH_ES.mhd",
        "patient0001_4CH_ED.mhd",
        "patient0001_4CH_ES.mhd",
        "notes.txt",
    }
    assert faults["patient0001_2CH_ED.mhd"] == "holds the label 4"
    assert faults["patient0001_2CH_ES.mhd"] == (
        "has spacing (0.308, 0.154, 1.5), the source image (0.308, 0.154, 1.54)"
    )
    assert "truncated" in faults["patient0001_4CH_ED.mhd"]
    assert faults["patient0001_4CH_ES.mhd"] == "is missing"
    assert faults["notes.txt"] == "is not asked for"


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (b"0.308 0.154", b"0.308 0.155", "has spacing (0.308, 0.155, 1.54)"),
        (b"Offset = 0 0 0", b"Offset = 0 0 1", "has origin (0, 0, 1)"),
        (b"1 0 0 0 1 0 0 0 1", b"-1 0 0 0 -1 0 0 0 1", "has direction (-1, 0, 0, 0, -1, 0, 0"),
        (b"40 60 1", b"40 30 2", "is 40 x 30 x 2, the source image 40 x 60 x 1"),
        (b"MET_UCHAR", b"MET_CHAR", "holds int8, not uint8"),
    ],
)
def test_the_checker_compares_every_entry_with_the_source(
    files: Files, tmp_path: Path, before: bytes, after: bytes, fault: str
) -> None:
    path = write(files, tmp_path / "dense2d.zip")
    name = "patient0001_4CH_ED.mhd"
    with zipfile.ZipFile(path) as archive:
        header = archive.read(name)
    assert before in header
    damage(path, {name: header.replace(before, after, 1)})
    with pytest.raises(InputError) as caught:
        validate_submission(path, files.masks)
    (problem,) = caught.value.problems
    assert (problem.key, problem.what.startswith(fault)) == (name, True)


def test_a_sound_zip_passes(files: Files, tmp_path: Path) -> None:
    validate_submission(write(files, tmp_path / "dense2d.zip"), files.masks)


def test_a_renamed_test_patient_goes_back_under_its_own_name(tmp_path: Path) -> None:
    clip = EchoSequence(
        patient="test0001",
        view="2CH",
        frames=np.zeros((5, 30, 20), np.uint8),
        ed=1,
        es=3,
        spacing=(0.308, 0.616),
        native_shape=NATIVE_SHAPE,
        native_spacing=NATIVE_SPACING,
    )
    prediction = tmp_path / "test0001_2CH.nii.gz"
    write_sequence(prediction, labels("2CH"), clip.spacing)
    write_patient(tmp_path / "test0001.h5", [clip])
    source = write_source(tmp_path / "source.mhd")
    sources = {"test0001_2CH": (source, source)}
    write_submission([tmp_path / "test0001.h5"], [prediction], sources, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert "patient0001_2CH_ED.mhd" in archive.namelist()
