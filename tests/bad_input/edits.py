"""What makes a sound tree bad: each function returns an edit of one file of ``tree.patient``."""

import gzip
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import SimpleITK as sitk  # noqa: N813

from echoweave.io.images import write_image
from tests.data_tree import SPACING_MM, Tree

Edit = Callable[[Tree], None]
# What is done, the file that is named, and what is said of it.
FileCase = tuple[Edit, str, str]

# Remedies that many problems share.
COPY = "replace it with a sound copy"
BACK = "put it back from the original data"
OTHER = "replace it with the one that belongs to the clip"

# Places in a NIfTI-1 header and how to pack what is there.
DIM, DATATYPE, PIXDIM, VOX_OFFSET, MAGIC = (40, "<h"), (70, "<h"), (76, "<f"), (108, "<f"), 344


def both(*edits: Edit) -> Edit:
    """Do one after the other."""

    def edit(tree: Tree) -> None:
        for one in edits:
            one(tree)

    return edit


def image(part: str, array: Any, spacing_mm: tuple[float, float] = SPACING_MM) -> Edit:
    """Put another image in its place."""
    return lambda tree: write_image(tree.file(part), np.asarray(array), spacing_mm)


def stored(part: str, *directions: int, swap: bool = False) -> Edit:
    """Store the same picture the other way, as ITK does: the header says how the axes run.

    Args:
        part: The image; it keeps what it shows.
        directions: 1 or -1 for x and y; -1 mirrors the pixels.
        swap: Make columns of the rows as well.
    """

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        plain: Any = sitk.ReadImage(str(path))
        array = sitk.GetArrayFromImage(plain)[..., :: directions[1], :: directions[0]]
        other: Any = sitk.GetImageFromArray(array)
        other.SetSpacing(plain.GetSpacing())
        matrix = np.eye(array.ndim)
        matrix[[0, 1], [0, 1]] = directions
        other.SetDirection(matrix.ravel().tolist())
        order = [1, 0, 2][: array.ndim] if swap else list(range(array.ndim))
        sitk.WriteImage(sitk.PermuteAxes(other, order), str(path))

    return edit


def affine(part: str, change: Callable[[Any], Any], code: int = 1) -> Edit:
    """Change the sform of a NIfTI file and nothing else; the qform is unset."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        image: Any = nibabel.load(path)
        pixels, header = np.asarray(image.dataobj), image.header.copy()
        new = nibabel.Nifti1Image(pixels, None, header)
        new.header.set_qform(None, 0)
        new.header.set_sform(change(image.affine), code)
        new.header["pixdim"][1:4] = header["pixdim"][1:4]
        path.write_bytes(gzip.compress(new.to_bytes()))

    return edit


def rgb(part: str) -> Edit:
    """Put a colour image in its place."""

    def edit(tree: Tree) -> None:
        colours = sitk.GetImageFromArray(np.zeros((4, 6, 8, 3), np.uint8), isVector=True)
        sitk.WriteImage(colours, str(tree.file(part)))

    return edit


def compressed(part: str) -> Edit:
    """Store the same pixels as .zraw."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        pixels: Any = sitk.ReadImage(str(path))
        sitk.WriteImage(pixels, str(path), useCompression=True)
        path.with_suffix(".raw").unlink()

    return edit


def content(part: str, new: bytes, suffix: str | None = None) -> Edit:
    """Put other bytes into the file, or into the one beside it with another suffix."""
    return lambda tree: _beside(tree, part, suffix).write_bytes(new)


def cut(part: str, n_bytes: int, suffix: str | None = None) -> Edit:
    """Keep the first bytes."""

    def edit(tree: Tree) -> None:
        path = _beside(tree, part, suffix)
        path.write_bytes(path.read_bytes()[:n_bytes])

    return edit


def lengthened(part: str, n_bytes: int, suffix: str | None = None) -> Edit:
    """Append zeros."""

    def edit(tree: Tree) -> None:
        with _beside(tree, part, suffix).open("ab") as file:
            file.write(bytes(n_bytes))

    return edit


def text(part: str, old: str, new: str) -> Edit:
    """Replace a part of a text file: an .mhd header or a cfg."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))

    return edit


def lines_reversed(part: str) -> Edit:
    """Turn the order of the lines."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))

    return edit


def encoded(part: str, encoding: str, newline: str = "\n") -> Edit:
    """Store a text file as another editor would."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        path.write_bytes(path.read_text().replace("\n", newline).encode(encoding))

    return edit


def packed(part: str, place: tuple[int, str], value: float, at: int = 0) -> Edit:
    """Change entry number ``at`` of a field in the header of a .nii.gz."""
    offset, form = place

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        data = bytearray(gzip.decompress(path.read_bytes()))
        struct.pack_into(form, data, offset + at * struct.calcsize(form), value)
        path.write_bytes(gzip.compress(bytes(data)))

    return edit


def unpacked(part: str, change: Callable[[bytes], bytes]) -> Edit:
    """Change what is inside of a .nii.gz."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))

    return edit


def unzipped(part: str) -> Edit:
    """Store what is inside of a .nii.gz under its name."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        path.write_bytes(gzip.decompress(path.read_bytes()))

    return edit


def flipped(part: str, at: int) -> Edit:
    """Turn every bit of one byte."""

    def edit(tree: Tree) -> None:
        data = bytearray(tree.file(part).read_bytes())
        data[at] ^= 255
        tree.file(part).write_bytes(data)

    return edit


def removed(part: str, suffix: str | None = None) -> Edit:
    return lambda tree: _beside(tree, part, suffix).unlink()


def renamed(part: str, suffix: str | None, name: str) -> Edit:
    """Give the file, or the one beside it with another suffix, another name."""

    def edit(tree: Tree) -> None:
        path = _beside(tree, part, suffix)
        path.rename(path.with_name(name))

    return edit


def swapped(part: str, other: str) -> Edit:
    """Let the pixels of two images change places."""

    def edit(tree: Tree) -> None:
        one, two = (_beside(tree, name, ".raw") for name in (part, other))
        first, second = one.read_bytes(), two.read_bytes()
        one.write_bytes(second)
        two.write_bytes(first)

    return edit


def link_to_itself(part: str) -> Edit:
    def edit(tree: Tree) -> None:
        path = tree.file(part)
        path.unlink()
        path.symlink_to(path)

    return edit


def pipe(part: str) -> Edit:
    """Put a named pipe in its place: whoever opens it waits for ever."""

    def edit(tree: Tree) -> None:
        tree.file(part).unlink()
        os.mkfifo(tree.file(part))

    return edit


def folder(part: str) -> Edit:
    def edit(tree: Tree) -> None:
        tree.file(part).unlink()
        tree.file(part).mkdir()

    return edit


def _beside(tree: Tree, part: str, suffix: str | None) -> Path:
    path = tree.file(part)
    return path if suffix is None else path.with_suffix(suffix)
