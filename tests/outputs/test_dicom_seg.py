import sys
from dataclasses import replace
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest

from echoweave.errors import InputError
from echoweave.outputs.dicom_seg import write_dicom_seg

from .hearts import in_pixels, phantom_heart

HEART = phantom_heart()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dicom")
    write_dicom_seg(HEART, out / "source.dcm", out / "seg.dcm")
    return out


@pytest.fixture(scope="module")
def image(folder: Path) -> pydicom.FileDataset:
    return pydicom.dcmread(folder / "source.dcm")


@pytest.fixture(scope="module")
def segmentation(folder: Path) -> highdicom.seg.Segmentation:
    return highdicom.seg.segread(folder / "seg.dcm")


def test_highdicom_reads_the_labels_back_frame_by_frame(
    image: pydicom.FileDataset, segmentation: highdicom.seg.Segmentation
) -> None:
    labels = segmentation.get_pixels_by_source_frame(
        image.SOPInstanceUID, range(1, 26), combine_segments=True
    )
    np.testing.assert_array_equal(labels, HEART.labels)


def test_pydicom_reads_the_masks_segment_by_segment(folder: Path) -> None:
    read = pydicom.dcmread(folder / "seg.dcm")
    expected = np.concatenate([HEART.labels == value for value in (1, 2, 3)])
    np.testing.assert_array_equal(read.pixel_array, expected)
    frames = [
        group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber
        for group in read.PerFrameFunctionalGroupsSequence
    ]
    assert frames == [*range(1, 26)] * 3


def test_segments_have_the_names_of_snomed_ct(segmentation: highdicom.seg.Segmentation) -> None:
    types = [segment.segmented_property_type for segment in segmentation.SegmentSequence]
    assert [(kind.value, kind.meaning, kind.scheme_designator) for kind in types] == [
        ("87878005", "Left ventricle", "SCT"),
        ("49848007", "Left Ventricle Myocardium", "SCT"),
        ("82471001", "Left atrium", "SCT"),
    ]


def test_the_source_is_the_clip_as_it_is_shown(image: pydicom.FileDataset) -> None:
    np.testing.assert_array_equal(image.pixel_array, HEART.shown)
    assert image.FrameTimeVector[:3] == [0, 60, 60]
    region = image.SequenceOfUltrasoundRegions[0]
    assert HEART.spacing is not None
    # Centimetres.
    assert region.PhysicalDeltaY == pytest.approx(HEART.spacing[0] / 10)
    assert (region.RegionLocationMaxX1, region.RegionLocationMaxY1) == (159, 119)


def test_both_lie_in_one_plane_of_the_same_pixels(
    image: pydicom.FileDataset, segmentation: highdicom.seg.Segmentation
) -> None:
    shared = segmentation.SharedFunctionalGroupsSequence[0]
    assert HEART.spacing is not None
    assert shared.PixelMeasuresSequence[0].PixelSpacing == pytest.approx(HEART.spacing)
    assert segmentation.FrameOfReferenceUID == image.FrameOfReferenceUID
    assert segmentation.StudyInstanceUID == image.StudyInstanceUID
    places = {
        tuple(group.PlanePositionSequence[0].ImagePositionPatient)
        for group in segmentation.PerFrameFunctionalGroupsSequence
    }
    assert places == {(0, 0, 0)}


def test_without_a_size_of_pixels_nothing_is_said_of_space(tmp_path: Path) -> None:
    heart = in_pixels(HEART)
    write_dicom_seg(heart, tmp_path / "source.dcm", tmp_path / "seg.dcm")
    image = pydicom.dcmread(tmp_path / "source.dcm")
    assert "SequenceOfUltrasoundRegions" not in image
    assert "assumed" in image.ImageComments
    read = highdicom.seg.segread(tmp_path / "seg.dcm")
    assert "FrameOfReferenceUID" not in read
    labels = read.get_pixels_by_source_frame(
        image.SOPInstanceUID, range(1, 26), combine_segments=True
    )
    np.testing.assert_array_equal(labels, heart.labels)


def test_a_clip_without_a_heart_has_empty_segments(tmp_path: Path) -> None:
    heart = replace(HEART, labels=np.zeros_like(HEART.labels))
    write_dicom_seg(heart, tmp_path / "source.dcm", tmp_path / "seg.dcm")
    assert not pydicom.dcmread(tmp_path / "seg.dcm").pixel_array.any()


def uids(folder: Path, name: str) -> list[str]:
    read = pydicom.dcmread(folder / name)
    return [str(element.value) for element in read.iterall() if element.VR == "UI"]


def test_the_same_clip_gets_the_same_uids_and_another_one_others(
    folder: Path, tmp_path: Path
) -> None:
    write_dicom_seg(HEART, tmp_path / "source.dcm", tmp_path / "seg.dcm")
    assert uids(tmp_path, "source.dcm") == uids(folder, "source.dcm")
    assert uids(tmp_path, "seg.dcm") == uids(folder, "seg.dcm")
    other = replace(HEART, input_digest="b" * 64)
    write_dicom_seg(other, tmp_path / "source.dcm", tmp_path / "seg.dcm")
    ours = {uid for uid in uids(tmp_path, "seg.dcm") if "1.2.840.10008" not in uid}
    assert not ours & set(uids(folder, "seg.dcm"))


def test_without_highdicom_the_remedy_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As Python does where a package is not installed.
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(InputError, match=r"pip install 'echoweave\[dicom\]'"):
        write_dicom_seg(HEART, tmp_path / "source.dcm", tmp_path / "seg.dcm")
    assert not list(tmp_path.iterdir())
