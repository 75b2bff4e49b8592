"""The masks as DICOM Segmentation, beside an anonymous copy of the clip that it refers to.

A segmentation must name the image that it belongs to by UID. That of the recording names people, so
the frames are written anew, black outside of the sector, with UIDs that follow from the content.

Source: DICOM PS3.3, A.7 (Ultrasound Multi-frame Image), C.8.5.5 (US Region Calibration), A.51
(Segmentation).
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from echoweave.errors import InputError, Problem
from echoweave.function.analysis import ClipAnalysis
from echoweave.io.atomic import whole_file
from echoweave.outputs.overlay import ASSUMED_RATE_HZ
from echoweave.outputs.structures import ShownStructure, shown_structures
from echoweave.versions import versions

if TYPE_CHECKING:
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.seg import SegmentDescription
    from pydicom import Dataset

_MAKER = "EchoWeave"
# pydicom's names of SNOMED CT codes. There is none for the cavity alone.
_CODES = {
    "cavity": "LeftVentricle",
    "myocardium": "LeftVentricleMyocardium",
    "atrium": "LeftAtrium",
}
# Of a region: tissue, seen as a 2-D image, measured in cm (PS3.3, C.8.5.5.1).
_ALONG_THE_PICTURE = (1, 0, 0, 0, 1, 0)
_TISSUE, _TWO_DIMENSIONAL, _CM = 1, 1, 3


def write_dicom_seg(analysis: ClipAnalysis, source: Path, segmentation: Path) -> None:
    """Write both files.

    Args:
        analysis: What was found; its labels become segments 1, 2, 3 in their order.
        source: Gets ``analysis.shown`` as Ultrasound Multi-frame Image.
        segmentation: Gets the segments that its frames show.

    Raises:
        InputError: highdicom is not installed.
    """
    try:
        import highdicom  # noqa: F401
    except ImportError as error:
        remedy = "pip install 'echoweave[dicom]', or leave --dicom-seg out"
        raise InputError(Problem("--dicom-seg", "", "needs highdicom", remedy)) from error
    image = _image(analysis)
    with whole_file(source) as temporary:
        image.save_as(temporary, enforce_file_format=True)
    with whole_file(segmentation) as temporary:
        _segmentation(analysis, image).save_as(temporary)


def _image(analysis: ClipAnalysis) -> "Dataset":
    """Return the frames as a data set that says nothing of people."""
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, UltrasoundMultiFrameImageStorage

    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID = UltrasoundMultiFrameImageStorage
    image.SOPInstanceUID = _uid(analysis, "image")
    image.StudyInstanceUID = _uid(analysis, "study")
    image.SeriesInstanceUID = _uid(analysis, "series")
    image.ImageType = ["DERIVED", "PRIMARY"]
    image.Modality = "US"
    image.PatientName, image.PatientID = "", f"anonymous-{analysis.input_digest[:12]}"
    image.PatientIdentityRemoved = "YES"
    image.DeidentificationMethod = "Written anew: frames, sizes and times alone"
    for unknown in ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID"):
        setattr(image, unknown, "")
    image.AccessionNumber = image.ReferringPhysicianName = ""
    image.PatientOrientation = image.Laterality = ""
    image.SeriesNumber = image.InstanceNumber = 1
    image.Manufacturer = _MAKER
    _add_times(image, analysis)
    if analysis.spacing is not None:
        image.SequenceOfUltrasoundRegions = [_region(analysis)]
        # That of the probe: every frame lies in one plane.
        image.FrameOfReferenceUID = _uid(analysis, "plane")
        image.PositionReferenceIndicator = ""
    frames = analysis.shown
    image.NumberOfFrames, image.Rows, image.Columns = frames.shape
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation = 7, 0
    image.UltrasoundColorDataPresent = 0
    pixels = frames.tobytes()
    image.add_new("PixelData", "OB", pixels + b"\0" * (len(pixels) % 2))
    return image


def _add_times(image: "Dataset", analysis: ClipAnalysis) -> None:
    """Say how long each frame took, or that nobody knows."""
    from pydicom.datadict import tag_for_keyword
    from pydicom.tag import Tag
    from pydicom.valuerep import DSfloat

    keyword = "FrameTimeVector"
    if analysis.times_ms is None:
        keyword, image.FrameTime = "FrameTime", f"{1000 / ASSUMED_RATE_HZ:g}"
        image.ImageComments = "The frame times are unknown: FrameTime is assumed"
    else:
        steps = np.diff(analysis.times_ms, prepend=analysis.times_ms[0])
        image.FrameTimeVector = [DSfloat(step, auto_format=True) for step in steps.tolist()]
    number = tag_for_keyword(keyword)
    assert number is not None
    image.FrameIncrementPointer = Tag(number)


def _region(analysis: ClipAnalysis) -> "Dataset":
    """Return how large pixels are: the whole picture is one region."""
    from pydicom import Dataset

    assert analysis.spacing is not None
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType = _TWO_DIMENSIONAL, _TISSUE
    region.RegionFlags = 0
    region.RegionLocationMinX0 = region.RegionLocationMinY0 = 0
    region.RegionLocationMaxX1 = analysis.shown.shape[2] - 1
    region.RegionLocationMaxY1 = analysis.shown.shape[1] - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = _CM
    region.PhysicalDeltaY, region.PhysicalDeltaX = (step / 10 for step in analysis.spacing)
    return region


def _segmentation(analysis: ClipAnalysis, image: "Dataset") -> "Dataset":
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.seg import Segmentation, SegmentationTypeValues
    from pydicom.sr.codedict import codes

    structures = shown_structures(analysis.label_values)
    stacked = np.stack([analysis.labels == one.value for one in structures], axis=-1)
    version = versions()["echoweave"] or ""
    algorithm = AlgorithmIdentificationSequence(
        name=_MAKER,
        family=codes.DCM.ArtificialIntelligence,
        version=version,
        source=_MAKER,
    )
    segmentation = Segmentation(
        source_images=[_placed(image, analysis.spacing or (1.0, 1.0))],
        pixel_array=stacked.astype(np.uint8),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[
            _segment(number, one, algorithm) for number, one in enumerate(structures, 1)
        ],
        series_instance_uid=_uid(analysis, "segmentation series"),
        series_number=2,
        sop_instance_uid=_uid(analysis, "segmentation"),
        instance_number=1,
        manufacturer=_MAKER,
        manufacturer_model_name=_MAKER,
        software_versions=version,
        device_serial_number="none",
        content_label="HEART",
        content_description="Left ventricle and atrium",
    )
    _place_in_time(segmentation, in_space=analysis.spacing is not None)
    for item in (*segmentation.DimensionIndexSequence, *segmentation.DimensionOrganizationSequence):
        item.DimensionOrganizationUID = _uid(analysis, "dimensions")
    return segmentation


def _placed(image: "Dataset", spacing: tuple[float, float]) -> "Dataset":
    """Return ``image`` as highdicom wants it: it takes no frames that differ in time alone."""
    from highdicom import PixelMeasuresSequence, PlaneOrientationSequence, PlanePositionSequence
    from pydicom import Dataset

    placed, shared = Dataset(), Dataset()
    placed.update(image)
    placed.setdefault("FrameOfReferenceUID", image.SOPInstanceUID)
    shared.PixelMeasuresSequence = PixelMeasuresSequence(spacing, slice_thickness=1)
    shared.PlaneOrientationSequence = PlaneOrientationSequence("PATIENT", _ALONG_THE_PICTURE)
    placed.SharedFunctionalGroupsSequence = [shared]
    placed.PerFrameFunctionalGroupsSequence = [Dataset() for _ in range(image.NumberOfFrames)]
    for number, group in enumerate(placed.PerFrameFunctionalGroupsSequence):
        # It sorts them from the largest on.
        group.PlanePositionSequence = PlanePositionSequence("PATIENT", (0, 0, -number))
    return placed


def _place_in_time(segmentation: "Dataset", in_space: bool) -> None:
    """Let frames differ by segment and time: they all lie in one plane, or nobody knows where."""
    from pydicom.datadict import tag_for_keyword

    shared = segmentation.SharedFunctionalGroupsSequence[0]
    if not in_space:
        del segmentation.FrameOfReferenceUID, segmentation.PositionReferenceIndicator
        del shared.PixelMeasuresSequence, shared.PlaneOrientationSequence
        segmentation.PatientOrientation = ""
    elif "SpacingBetweenSlices" in shared.PixelMeasuresSequence[0]:
        del shared.PixelMeasuresSequence[0].SpacingBetweenSlices
    if "DimensionOrganizationType" in segmentation:
        del segmentation.DimensionOrganizationType
    time = segmentation.DimensionIndexSequence[-1]
    time.DimensionIndexPointer = tag_for_keyword("TemporalPositionIndex")
    time.FunctionalGroupPointer = tag_for_keyword("FrameContentSequence")
    time.DimensionDescriptionLabel = "Frame"
    for group in segmentation.PerFrameFunctionalGroupsSequence:
        source = group.DerivationImageSequence[0].SourceImageSequence[0]
        frame = int(source.ReferencedFrameNumber)
        content = group.FrameContentSequence[0]
        content.TemporalPositionIndex = frame
        content.DimensionIndexValues = [content.DimensionIndexValues[0], frame]
        if in_space:
            group.PlanePositionSequence[0].ImagePositionPatient = [0, 0, 0]
        else:
            del group.PlanePositionSequence


def _segment(
    number: int, structure: ShownStructure, algorithm: "AlgorithmIdentificationSequence"
) -> "SegmentDescription":
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentAlgorithmTypeValues, SegmentDescription
    from pydicom.sr.codedict import codes

    return SegmentDescription(
        segment_number=number,
        segment_label=structure.title,
        segmented_property_category=codes.SCT.AnatomicalStructure,
        segmented_property_type=getattr(codes.SCT, _CODES[structure.name]),
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm,
        display_color=CIELabColor.from_string(structure.colour),
    )


def _uid(analysis: ClipAnalysis, role: str) -> str:
    """Return a UID that the same input, masks and role always get."""
    from pydicom.uid import generate_uid

    content = hashlib.sha256(analysis.shown.tobytes())
    if role == "segmentation":
        content.update(analysis.labels.tobytes())
    return generate_uid(entropy_srcs=[analysis.input_digest, content.hexdigest(), role])
