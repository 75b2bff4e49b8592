"""Submission to the CAMUS platform: one flat zip of MetaImage masks with the sources' headers.

The platform scores ED and ES of both views of every test patient. The names are those of the
images, ``patient0001_2CH_ED.mhd`` with its ``.raw``, also where the study says test0001. Size,
all three spacings, origin and orientation are those of the source image of that instant.
"""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.geometry.resize import resize_labels
from echoweave.io.atomic import whole_file
from echoweave.io.axes import turn_back
from echoweave.io.cache import read_sequence, read_views
from echoweave.io.images import read_array, read_image
from echoweave.labels import N_LABELS
from echoweave.logs import LOGGER
from echoweave.submission.header import Header, read_header, source_header, write_mask

INSTANTS = ("ED", "ES")
# The earliest time that a zip can hold: the same masks give the same bytes on any day.
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Writers of headers round, some to six digits.
_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Mask:
    """What one file of the submission must hold.

    Attributes:
        name: ``"patient0001_2CH_ED"``.
        header: Of the source image.
    """

    name: str
    header: Header


def write_submission(
    caches: Sequence[Path],
    predictions: Sequence[Path],
    sources: Mapping[str, tuple[Path, Path]],
    output: Path,
) -> None:
    """Write the zip of one arm and check it by reading every file back.

    Args:
        caches: ``{patient}.h5`` of every test patient; all their views are submitted.
        predictions: ``{sequence}.nii.gz`` of the arm, uint8 [T, Y, X], for each of those views.
        sources: Sequence name -> the images at ED and ES as released, whose headers the masks get.
        output: The zip.

    Raises:
        InputError: A sequence has no prediction, a prediction has other frames than its sequence,
            or a source image cannot be read or has another size than its sequence.
    """
    by_sequence = {path.name.removesuffix(".nii.gz"): path for path in predictions}
    expected: list[Mask] = []
    with whole_file(output) as temporary:
        with (
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
            tempfile.TemporaryDirectory() as folder,
        ):
            for mask, labels in _masks(caches, by_sequence, sources):
                header = Path(folder) / f"{mask.name}.mhd"
                write_mask(header, labels, mask.header)
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
            spacing (all three), origin or orientation than the source image, of another type than
            uint8, or holds a label outside 0-3.
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
    caches: Sequence[Path],
    predictions: Mapping[str, Path],
    sources: Mapping[str, tuple[Path, Path]],
) -> Iterator[tuple[Mask, NDArray[np.uint8]]]:
    """Yield each mask with its labels uint8 [Y, X] as stored, in the order of names."""
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
            for instant, mask, source in zip(INSTANTS, native, sources[clip.name], strict=True):
                name = f"{clip.name.replace('test', 'patient')}_{instant}"
                header = source_header(source)
                labels = turn_back(mask, header.directions).astype(np.uint8, copy=False)
                if header.size != (*labels.shape[::-1], 1):
                    what = f"is {_shown(header.size)}, its sequence {_shown(labels.shape[::-1])}"
                    remedy = "put back the image that was there when the cache was built"
                    raise InputError(Problem(str(source), "size", what, remedy))
                yield Mask(name, header), labels


def _check_mask(path: Path, file: Path, mask: Mask) -> list[Problem]:
    try:
        pixels, header = read_image(file).array, read_header(file)
    except InputError as error:
        return [_problem(path, file.name, problem.what) for problem in error.problems]
    problems = []
    if header.size != mask.header.size:
        problems.append(f"is {_shown(header.size)}, the source image {_shown(mask.header.size)}")
    for name in ("spacing_mm", "origin_mm", "direction"):
        found, wanted = getattr(header, name), getattr(mask.header, name)
        if not np.allclose(found, wanted, rtol=_TOLERANCE, atol=_TOLERANCE):
            what = name.removesuffix("_mm")
            problems.append(f"has {what} {_listed(found)}, the source image {_listed(wanted)}")
    if pixels.dtype != np.uint8:
        problems.append(f"holds {pixels.dtype}, not uint8")
    if pixels.max() >= N_LABELS:
        problems.append(f"holds the label {pixels.max()}")
    return [_problem(path, file.name, problem) for problem in problems]


def _shown(size: Sequence[int]) -> str:
    return " x ".join(map(str, size))


def _listed(values: Sequence[float]) -> str:
    return f"({', '.join(f'{value:g}' for value in values)})"


def _problem(path: Path, name: str, what: str) -> Problem:
    return Problem(str(path), name, what, "delete the zip and rerun")
