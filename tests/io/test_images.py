"""Reading is judged by SimpleITK, which wrote the files; bad files by the sentence they get."""

import gzip
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

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


def giant_mhd(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP)
    path.write_text(path.read_text().replace("DimSize = 4 3 2", "DimSize = 60000 60000 1"))
    return path


def giant_nifti(folder: Path) -> Path:
    content = bytearray(save(folder / "clip.nii", CLIP).read_bytes())
    struct.pack_into("<3h", content, 42, 32767, 32767, 1)
    path = folder / "clip.nii.gz"
    path.write_bytes(gzip.compress(content))
    return path


def bomb_nifti(folder: Path) -> Path:
    path = folder / "clip.nii.gz"
    path.write_bytes(gzip.compress(save(folder / "clip.nii", CLIP).read_bytes() + bytes(2**26)))
    return path


def bomb_mhd(folder: Path) -> Path:
    path = save(folder / "clip.mhd", CLIP, useCompression=True)
    (folder / "clip.zraw").write_bytes(zlib.compress(bytes(2**26)))
    return path


@pytest.mark.parametrize("make", [giant_mhd, giant_nifti, bomb_nifti, bomb_mhd])
def test_nothing_fills_the_memory(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    # Imports of the readers are not what is measured.
    read_image(save(tmp_path / "sound.nii", CLIP))
    tracemalloc.start()
    with pytest.raises(InputError):
        read_image(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**22


def test_other_formats_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "clip.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"clip\.png: not a \.mhd, \.mha, "):
        read_image(tmp_path / "clip.png")
