"""Write clips as the multi-frame files of ultrasound scanners."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydicom import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    UltrasoundMultiFrameImageStorage,
    generate_uid,
)

from echoweave.clips.regions import Region
from echoweave.io.atomic import whole_file

# Of 8 or 16 bits.
Pixels = NDArray[np.unsignedinteger[Any]]
_NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)
_JPEG_QUALITY = 95
_JPEG2000_RATIO = 4
_FRAME_TIME = 0x00181063
# Of Pillow: one sample of colour for two pixels in a row.
_HALF_COLOURS = 1


def write_dicom(
    path: Path,
    frames: Pixels,
    regions: Sequence[Region] = (),
    tags: Mapping[str, Any] | None = None,
    syntax: str = JPEGBaseline8Bit,
    photometric: str = "YBR_FULL_422",
    planar: int = 0,
) -> None:
    """Write a clip as Ultrasound Multi-frame Image Storage.

    Args:
        path: Where to.
        frames: Grey values [T, Y, X], or red, green and blue uint8 [T, Y, X, 3].
        regions: Parts of the picture.
        tags: Further keywords of DICOM -> value, or None to leave one out.
        syntax: UID of the transfer syntax; of JPEG the baseline one.
        photometric: MONOCHROME1, MONOCHROME2, RGB, YBR_FULL, YBR_FULL_422 (of native or JPEG
            pictures alone) or PALETTE COLOR (indices are the grey values).
        planar: PlanarConfiguration of native colours: 1 stores one plane after the other.
    """
    dataset = _described(frames, photometric, planar)
    if regions:
        dataset.SequenceOfUltrasoundRegions = [_region_item(region) for region in regions]
    for keyword, value in ({"FrameTime": 20.0} | dict(tags or {})).items():
        if value is None:
            dataset.pop(keyword, None)
        else:
            setattr(dataset, keyword, value)
    if "FrameTime" in dataset:
        dataset.FrameIncrementPointer = _FRAME_TIME
    _store_pixels(dataset, _samples(frames, photometric), syntax)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    with whole_file(path) as temporary:
        dataset.save_as(temporary, enforce_file_format=True)


def stable_uid(*parts: object) -> str:
    """Return a UID that is the same for the same ``parts``."""
    return generate_uid(entropy_srcs=["echoweave", *map(str, parts)])


def _described(frames: Pixels, photometric: str, planar: int) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.SOPClassUID = UltrasoundMultiFrameImageStorage
    dataset.SOPInstanceUID = stable_uid(photometric, frames.shape)
    dataset.Modality = "US"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape[:3]
    bits = 8 * frames.dtype.itemsize
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0
    dataset.PhotometricInterpretation = photometric
    dataset.SamplesPerPixel = 3 if photometric in _COLOURS else 1
    if photometric in _COLOURS:
        dataset.PlanarConfiguration = planar
    if photometric == "PALETTE COLOR":
        for colour in ("Red", "Green", "Blue"):
            setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
            table = (np.arange(256, dtype="<u2") * 257).tobytes()
            setattr(dataset, f"{colour}PaletteColorLookupTableData", table)
    return dataset


_COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422")


def _region_item(region: Region) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType = region.spatial_format, region.data_type
    item.RegionFlags = 0
    item.RegionLocationMinX0, item.RegionLocationMinY0 = region.box.left, region.box.top
    item.RegionLocationMaxX1 = region.box.right - 1
    item.RegionLocationMaxY1 = region.box.bottom - 1
    item.PhysicalUnitsYDirection, item.PhysicalUnitsXDirection = region.units
    if region.delta is not None:
        item.PhysicalDeltaY, item.PhysicalDeltaX = region.delta
    return item


def _samples(frames: Pixels, photometric: str) -> Pixels:
    """Return the frames as they are stored but for their compression."""
    if photometric == "MONOCHROME1":
        return np.asarray(np.iinfo(frames.dtype).max - frames, frames.dtype)
    if photometric in _COLOURS and frames.ndim == 3:
        return np.repeat(frames[..., None], 3, axis=-1)
    return frames


def _store_pixels(dataset: Dataset, samples: Pixels, syntax: str) -> None:
    if syntax == JPEGBaseline8Bit:
        dataset.PixelData = encapsulate([_jpeg(frame) for frame in samples])
        dataset["PixelData"].VR = "OB"
        dataset.LossyImageCompression = "01"
        dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
        return
    if dataset.PhotometricInterpretation.startswith("YBR"):
        samples = np.stack([_ybr(frame) for frame in samples])
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        samples = _half_colours(samples)
    elif dataset.SamplesPerPixel == 3 and dataset.PlanarConfiguration == 1:
        samples = samples.transpose(0, 3, 1, 2)
    if syntax == ExplicitVRBigEndian:
        samples = samples.byteswap()
    dataset.PixelData = np.ascontiguousarray(samples).tobytes()
    dataset["PixelData"].VR = "OW" if dataset.BitsAllocated > 8 else "OB"
    if len(dataset.PixelData) % 2:
        dataset.PixelData += b"\0"
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    if syntax in _NATIVE:
        return
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    # Compressing makes a new UID of the picture unless told otherwise.
    lossy: dict[str, Any] = {"j2k_cr": [_JPEG2000_RATIO]} if syntax == JPEG2000 else {}
    dataset.compress(syntax, encoding_plugin="pylibjpeg", generate_instance_uid=False, **lossy)


def _jpeg(frame: Pixels) -> bytes:
    content = io.BytesIO()
    picture = Pillow.fromarray(frame)
    picture.save(content, "JPEG", quality=_JPEG_QUALITY, subsampling=_HALF_COLOURS)
    return content.getvalue()


def _ybr(frame: Pixels) -> NDArray[np.uint8]:
    swapped = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2YCrCb), np.uint8)
    return swapped[..., [0, 2, 1]]


def _half_colours(ybr: NDArray[Any]) -> NDArray[np.uint8]:
    """Return [T, Y, X / 2, 4]: two values of Y, then the Cb and the Cr of the first."""
    first, second = ybr[:, :, ::2], ybr[:, :, 1::2]
    parts = (first[..., 0], second[..., 0], first[..., 1], first[..., 2])
    return np.stack(parts, axis=-1).astype(np.uint8)
