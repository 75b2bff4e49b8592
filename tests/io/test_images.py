"""Reading is judged by SimpleITK, which wrote the files; bad files by the sentence they get."""

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoweave.errors import InputError
from echoweave.io.images import FRAME_STEP, read_array, read_image, write_image, write_sequence

CLIP = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
SPACING_MM = (0.154, 0.308)


def save(path: Path, array: np.ndarray[Any, Any], **options: Any) -> Path:
    image: Any = sitk.GetImageFromArray(array, isVector=options.pop("vector", False))
    image.SetSpacing((0.308, 0.154, 9.0, 1.0)[: image.GetDimension()])
    sitk.WriteImage(image, str(path), **options)
    return path


@pytest.mark.parametrize("suffix", [".mhd", ".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float32, np.float64])
def test_reads_what_simpleitk_wrote(tmp_path: Path, suffix: str, dtype: type) -> None:
    image = read_image(save(tmp_path / f"clip{suffix}", CLIP.astype(dtype)))
    assert image.array.dtype == dtype
    np.testing.assert_array_equal(image.array, CLIP)
    assert image.spacing_mm == pytest.approx(SPACING_MM)


@pytest.mark.parametrize("suffix", [".mhd", ".nii.gz"])
def test_reads_two_dimensions(tmp_path: Path, suffix: str) -> None:
    image = read_image(save(tmp_path / f"frame{suffix}", CLIP[0]))
    np.testing.assert_array_equal(image.array, CLIP[0])
    assert image.spacing_mm == pytest.approx(SPACING_MM)


def test_reads_compressed_mhd(tmp_path: Path) -> None:
    path = save(tmp_path / "clip.mhd", CLIP, useCompression=True)
    assert (tmp_path / "clip.zraw").exists()
    np.testing.assert_array_equal(read_array(path), CLIP)


def test_reads_big_endian_mhd(tmp_path: Path) -> None:
    path = save(tmp_path / "clip.mhd", CLIP.astype(np.int16))
    path.write_text(path.read_text().replace("OrderMSB = False", "OrderMSB = True"))
    (tmp_path / "clip.raw").write_bytes(CLIP.astype(">i2").tobytes())
    np.testing.assert_array_equal(read_array(path), CLIP)


def test_nifti_values_are_scaled_and_lengths_are_in_mm(tmp_path: Path) -> None:
    path = save(tmp_path / "clip.nii", CLIP)
    content = bytearray(path.read_bytes())
    struct.pack_into("<2f", content, 112, 0.5, 10.0)
    content[123] = 3  # microns
    path.write_bytes(content)
    image = read_image(path)
    np.testing.assert_array_equal(image.array, CLIP * 0.5 + 10)
    assert image.spacing_mm == pytest.approx((0.154e-3, 0.308e-3))


def test_axes_of_length_one_after_the_third_are_dropped(tmp_path: Path) -> None:
    path = save(tmp_path / "clip.nii", CLIP)
    content = bytearray(path.read_bytes())
    struct.pack_into("<h", content, 40, 4)
    path.write_bytes(content)
    np.testing.assert_array_equal(read_array(path), CLIP)


@pytest.mark.parametrize("suffix", [".mhd", ".nii.gz"])
def test_written_sequence_opens_elsewhere(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "new" / f"clip{suffix}"
    write_sequence(path, CLIP, SPACING_MM)
    image = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), CLIP)
    assert image.GetSpacing() == pytest.approx((0.308, 0.154, FRAME_STEP))
    names = {file.name for file in path.parent.iterdir()}
    assert names == ({"clip.mhd", "clip.raw"} if suffix == ".mhd" else {"clip.nii.gz"})


def test_written_frame_has_two_dimensions(tmp_path: Path) -> None:
    write_image(tmp_path / "frame.nii.gz", CLIP[0], SPACING_MM)
    assert sitk.ReadImage(str(tmp_path / "frame.nii.gz")).GetSize() == (4, 3)


def test_a_frame_is_no_sequence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\[T, Y, X\]"):
        write_sequence(tmp_path / "frame.nii.gz", CLIP[0], SPACING_MM)


def cut(path: Path, n_bytes: int) -> None:
    path.write_bytes(path.read_bytes()[:n_bytes])


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def missing(folder: Path) -> Path:
    return folder / "clip.mhd"


def zero_bytes(folder: Path) -> Path:
    (folder / "clip.mhd").touch()
    return folder / "clip.mhd"


def no_raw(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    (folder / "clip.raw").unlink()
    return path


def short_raw(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    cut(folder / "clip.raw", 20)
    return path


def short_zraw(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP, useCompression=True)
    cut(folder / "clip.zraw", 12)
    return path


def broken_zraw(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP, useCompression=True)
    (folder / "clip.zraw").write_bytes(b"no zlib stream at all")
    return path


def endless_mhd(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    edit(path, "DimSize = 4 3 2", "DimSize = 99999999 99999999 99999999")
    return path


def no_spacing(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    edit(path, "ElementSpacing", "Elementspacing")
    return path


def zero_spacing(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    text = path.read_text().splitlines()
    lines = ["ElementSpacing = 0 0 1" if "Spacing" in line else line for line in text]
    path.write_text("\n".join(lines))
    return path


def local_pixels(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    edit(path, "clip.raw", "LOCAL")
    return path


def odd_type(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    edit(path, "MET_UCHAR", "MET_STRING")
    return path


def text_dims(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    edit(path, "DimSize = 4 3 2", "DimSize = 4 3 0")
    return path


def zero_bytes_gz(folder: Path) -> Path:
    (folder / "clip.nii.gz").touch()
    return folder / "clip.nii.gz"


def not_zipped(folder: Path) -> Path:
    path = folder / "clip.nii.gz"
    path.write_bytes(save(folder / "clip.nii", CLIP).read_bytes())
    return path


def short_gz(folder: Path) -> Path:
    path = save(folder / "clip.nii.gz", CLIP)
    cut(path, 60)
    return path


def short_inside_gz(folder: Path) -> Path:
    path = folder / "clip.nii.gz"
    path.write_bytes(gzip.compress(save(folder / "clip.nii", CLIP).read_bytes()[:370]))
    return path


def bad_checksum(folder: Path) -> Path:
    path = save(folder / "clip.nii.gz", CLIP)
    content = bytearray(path.read_bytes())
    content[-8] ^= 255
    path.write_bytes(content)
    return path


def endless_nii(folder: Path) -> Path:
    content = bytearray(save(folder / "clip.nii", CLIP).read_bytes())
    struct.pack_into("<3h", content, 42, 32767, 32767, 32767)
    path = folder / "clip.nii.gz"
    path.write_bytes(gzip.compress(content))
    return path


def no_spacing_nii(folder: Path) -> Path:
    path = save(folder / "clip.nii", CLIP)
    content = bytearray(path.read_bytes())
    struct.pack_into("<2f", content, 80, 0.0, 0.0)
    path.write_bytes(content)
    return path


def odd_type_nii(folder: Path) -> Path:
    path = save(folder / "clip.nii", CLIP)
    content = bytearray(path.read_bytes())
    struct.pack_into("<h", content, 70, 99)
    path.write_bytes(content)
    return path


def short_nii(folder: Path) -> Path:
    path = save(folder / "clip.nii", np.zeros((9, 20, 20), np.uint8))
    cut(path, 1000)
    return path


def nan(folder: Path) -> Path:
    return save(folder / "clip.nii.gz", np.full((2, 3, 4), np.nan, np.float32))


def rgb_mhd(folder: Path) -> Path:
    return save(folder / "clip.mhd", np.zeros((2, 3, 4, 3), np.uint8), vector=True)


def rgb_nii(folder: Path) -> Path:
    return save(folder / "clip.nii.gz", np.zeros((2, 3, 4, 3), np.uint8), vector=True)


def four_dimensions(folder: Path) -> Path:
    return save(folder / "clip.nii.gz", np.zeros((2, 2, 3, 4), np.uint8))


def other_extension(folder: Path) -> Path:
    path = folder / "clip.png"
    path.write_bytes(b"\x89PNG")
    return path


def folder_for_file(folder: Path) -> Path:
    (folder / "clip.mhd").mkdir()
    return folder / "clip.mhd"


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (missing, "the file is missing; put it back from the original data"),
        (zero_bytes, "not a MetaImage header; "),
        (no_raw, "its pixel file clip.raw is missing; "),
        (short_raw, "clip.raw is truncated: 20 bytes for an image of 24; "),
        (short_zraw, "clip.zraw is truncated: "),
        (broken_zraw, "clip.zraw cannot be decompressed"),
        (endless_mhd, "clip.raw is truncated: 24 bytes for an image of 999999970000000299999999; "),
        (no_spacing, "the header has no ElementSize; "),
        (zero_spacing, "spacing: the pixel spacing is 0 x 0 mm; correct the header"),
        (local_pixels, "ElementDataFile = LOCAL is not handled, only one raw file is; "),
        (odd_type, "ElementType MET_STRING is not handled; "),
        (text_dims, "DimSize and ElementSpacing do not describe an image; "),
        (zero_bytes_gz, "truncated or not a NIfTI-1 file; "),
        (not_zipped, "damaged or not gzip at all"),
        (short_gz, "truncated or damaged"),
        (short_inside_gz, "truncated or damaged: 370 bytes for 24 from byte 352 on; "),
        (bad_checksum, "damaged or not gzip at all (CRC check failed"),
        (endless_nii, "truncated or damaged: 376 bytes for 35181150961663 from byte 352 on; "),
        (no_spacing_nii, "spacing: the pixel spacing is 0 x 0 mm; correct the header"),
        (odd_type_nii, "data type 99 is not one of NIfTI-1; "),
        (short_nii, "truncated or damaged: 1000 bytes for 3600 from byte 352 on; "),
        (nan, "holds NaN or infinite values; "),
        (rgb_mhd, "the pixels are RGB or vectors, not grey values; "),
        (rgb_nii, "the pixels are RGB or vectors, not grey values; "),
        (four_dimensions, "4 dimensions where 2 or 3 are needed; "),
        (other_extension, "not a .mhd, .nii or .nii.gz file; "),
        (folder_for_file, "Is a directory"),
    ],
)
def test_bad_file_gets_one_sentence(tmp_path: Path, make: Any, what: str) -> None:
    path = make(tmp_path)
    with pytest.raises(InputError) as caught:
        read_image(path)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{path}: ")
    assert what in line


@pytest.mark.parametrize("suffix", [".mhd", ".nii", ".nii.gz"])
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused(tmp_path: Path, suffix: str, data: Any) -> None:
    path = save(tmp_path / f"clip{suffix}", CLIP)
    content = bytearray(path.read_bytes())
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(st.dictionaries(places, st.integers(0, 255), max_size=8)).items():
        content[place] = value
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        image = read_image(path)
    except InputError as error:
        assert str(error).startswith(str(path))
    else:
        assert image.array.ndim in (2, 3)
        assert np.isfinite(image.array).all()
