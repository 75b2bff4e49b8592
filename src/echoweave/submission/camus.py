"""Submission to the CAMUS platform: one flat zip of MetaImage masks at native size and spacing.

The platform scores ED and ES of both views of every test patient. The names are those of the
images, ``patient0001_2CH_ED.mhd`` with its ``.raw``, also where the study says test0001.
"""

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.geometry.resize import resize_labels
from echoweave.io.atomic import whole_file
from echoweave.io.cache import read_sequence, read_views
from echoweave.io.images import read_array, read_image, write_image
from echoweave.labels import N_LABELS
from echoweave.logs import LOGGER

INSTANTS = ("ED", "ES")
# The earliest time that a zip can hold: the same masks give the same bytes on any day.
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Headers print the spacing with six digits.
_SPACING_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Mask:
    """What one file of the submission must hold.

    Attributes:
        name: ``"patient0001_2CH_ED"``.
        shape: (Y, X) of the source image.
        spacing_mm: (sy, sx) of the source image.
    """

    name: str
    shape: tuple[int, int]
    spacing_mm: tuple[float, float]


def write_submission(caches: Sequence[Path], predictions: Sequence[Path], output: Path) -> None:
    """Write the zip of one arm and check it by reading every file back.

    Args:
        caches: ``{patient}.h5`` of every test patient; all their views are submitted.
        predictions: ``{sequence}.nii.gz`` of the arm, uint8 [T, Y, X], for each of those views.
        output: The zip.

    Raises:
        InputError: A sequence has no prediction, or a prediction has other frames than its
            sequence.
    """
    by_sequence = {path.name.removesuffix(".nii.gz"): path for path in predictions}
    expected: list[Mask] = []
    with whole_file(output) as temporary:
        with (
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
            tempfile.TemporaryDirectory() as folder,
        ):
            for mask, labels in _masks(caches, by_sequence):
                header = Path(folder) / f"{mask.name}.mhd"
                write_image(header, labels[None], mask.spacing_mm)
                for file in (header, header.with_suffix(".raw")):
                    entry = zipfile.ZipInfo(file.name, _EPOCH)
                    entry.external_attr = 0o644 << 16
                    archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
                    file.unlink()
                expected.append(mask)
        validate_submission(temporary, expected)
    LOGGER.info("%s: %d masks, every one read back", output, len(expected))


def validate_submission(path: Path, expected: Sequence[Mask]) -> None:
    """Read every mask of the zip back and compare it with what the platform needs.

    Raises:
        InputError: Every file that is missing, not asked for, unreadable, of another size,
            spacing or type than the source image, or holds a label outside 0-3.
    """
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        names = set(archive.namelist())
        wanted = {f"{mask.name}{suffix}" for mask in expected for suffix in (".mhd", ".raw")}
        problems = [_problem(path, name, "is missing") for name in sorted(wanted - names)]
        problems += [_problem(path, name, "is not asked for") for name in sorted(names - wanted)]
        for mask in expected:
            files = [f"{mask.name}{suffix}" for suffix in (".mhd", ".raw")]
            if not names.issuperset(files):
                continue
            archive.extractall(folder, files)
            problems += _check_mask(path, Path(folder) / files[0], mask)
            for file in files:
                (Path(folder) / file).unlink()
    if problems:
        raise InputError(problems)


def _masks(
    caches: Sequence[Path], predictions: dict[str, Path]
) -> Iterator[tuple[Mask, NDArray[np.uint8]]]:
    """Yield each mask with its labels uint8 [Y, X] on the native grid, in the order of names."""
    for cache in sorted(caches):
        for view in read_views(cache):
            clip = read_sequence(cache, view)
            if clip.name not in predictions:
                raise InputError(
                    Problem(str(cache), view, "has no prediction", "predict it, then submit")
                )
            labels = read_array(predictions[clip.name])
            if labels.shape != clip.frames.shape:
                raise InputError(
                    Problem(
                        str(predictions[clip.name]),
                        "",
                        f"is {labels.shape} and its sequence {clip.frames.shape}",
                        "delete the prediction and rerun",
                    )
                )
            native = resize_labels(labels[[clip.ed, clip.es]], clip.native_shape)
            for instant, mask in zip(INSTANTS, native, strict=True):
                name = f"{clip.name.replace('test', 'patient')}_{instant}"
                yield Mask(name, clip.native_shape, clip.native_spacing_mm), mask


def _check_mask(path: Path, header: Path, mask: Mask) -> list[Problem]:
    try:
        image = read_image(header)
    except InputError as error:
        return [_problem(path, header.name, problem.what) for problem in error.problems]
    problems = []
    if image.array.shape != (1, *mask.shape):
        problems.append(f"is {image.array.shape}, the source image is (1, {mask.shape})")
    if image.array.dtype != np.uint8:
        problems.append(f"holds {image.array.dtype}, not uint8")
    if not np.allclose(image.spacing_mm, mask.spacing_mm, rtol=_SPACING_TOLERANCE, atol=0):
        problems.append(f"has spacing {image.spacing_mm}, the source image {mask.spacing_mm}")
    if image.array.max() >= N_LABELS:
        problems.append(f"holds the label {image.array.max()}")
    return [_problem(path, header.name, problem) for problem in problems]


def _problem(path: Path, name: str, what: str) -> Problem:
    return Problem(str(path), name, what, "delete the zip and rerun")
