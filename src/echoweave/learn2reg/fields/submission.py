"""One zip of displacement files for the challenge, read back before it takes its name.

Today's form is a flat list of files. That of 2020 has a folder a task, and the evaluation wanted
every task: those that were not taken part in got fields of zeros, whose shapes are below
(learn2reg.grand-challenge.org, Submission, 2020). Their pairs are in the challenge's own lists.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.geometry.warp import jacobian_determinant
from echoweave.io.atomic import whole_file
from echoweave.learn2reg.fields.files import (
    FieldDtype,
    FieldForm,
    as_stored,
    field_file_name,
    find_field,
    load_npz,
    native_field,
    read_native_field,
)
from echoweave.learn2reg.fields.native import native_shape
from echoweave.learn2reg.store import load_header
from echoweave.logs import LOGGER

# Shapes of the fields of the other tasks of 2020.
EMPTY_SHAPES: Mapping[str, tuple[int, int, int, int]] = {
    "task_01": (3, 128, 128, 144),
    "task_02": (3, 96, 96, 104),
    "task_04": (3, 64, 64, 64),
}
# The earliest time that a zip can hold: the same fields give the same bytes on any day.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_REMEDY = "delete the zip and make it again"


@dataclass(frozen=True)
class ChallengeForm:
    """What a zip must hold.

    Attributes:
        pairs: Names of the fixed and the moving case, ``("l2r_0001", "l2r_0004")``.
        shape: (I, J, K) of the cases' files.
        form: Of the displacement files.
        dtype: Of today's form; that of 2020 is float16.
        empty: Task of 2020, "task_01", 02 or 04 -> CSV of its pairs, columns fixed and moving.
    """

    pairs: Sequence[tuple[str, str]]
    shape: tuple[int, int, int]
    form: FieldForm = "full"
    dtype: FieldDtype = "float32"
    empty: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def of_cases(
        cls, cases: Path, pairs: Sequence[tuple[str, str]], form: FieldForm
    ) -> "ChallengeForm":
        """Return the form for pairs of the cases that lie in ``cases`` as ``{name}.h5``."""
        header = load_header(cases / f"{pairs[0][0]}.h5")
        return cls(pairs, native_shape(header.shape, header.axes), form)

    def __post_init__(self) -> None:
        if self.empty and (self.form == "full" or self.empty.keys() - EMPTY_SHAPES.keys()):
            raise ValueError(f"empty fields are of {', '.join(EMPTY_SHAPES)} in the form of 2020")

    @property
    def stored_dtype(self) -> FieldDtype:
        """The type that every file has."""
        return "float16" if self.form == "half" else self.dtype

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """The shape that every file of a pair has."""
        if self.form == "full":
            return (*self.shape, 3)
        return (3, *(side // 2 for side in self.shape))

    def names(self) -> dict[str, tuple[str, str]]:
        """Return the pair of each file."""
        return {field_file_name(*pair, self.form): pair for pair in self.pairs}

    def empty_names(self) -> dict[str, tuple[int, int, int, int]]:
        """Return the shape of each field of zeros by its file.

        Raises:
            InputError: A list cannot be read.
        """
        return {
            f"{task}/disp_{fixed:04d}_{moving:04d}.npz": EMPTY_SHAPES[task]
            for task, table in self.empty.items()
            for fixed, moving in _listed_pairs(table)
        }


def write_challenge_zip(fields: Path, wanted: ChallengeForm, output: Path) -> dict[str, float]:
    """Write the zip and check it by reading every file back.

    Args:
        fields: Folder of displacement files in either form.
        wanted: What the zip holds.
        output: The zip.

    Returns:
        As :func:`check_challenge_zip`.

    Raises:
        InputError: Pairs without a field, all of them, or a field or list that cannot be read.
    """
    paths = _find_all(fields, wanted)
    with whole_file(output) as temporary:
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, path in paths.items():
                native = read_native_field(path, wanted.shape)
                _add(archive, name, as_stored(native, wanted.form, wanted.dtype))
            for name, shape in wanted.empty_names().items():
                _add(archive, name, np.zeros(shape, np.float16))
        folded = check_challenge_zip(temporary, wanted)
    worst = max(folded, key=lambda name: folded[name])
    LOGGER.info(
        "%s: %d fields, every one read back; most folded is %s with %.3f %% of its voxels",
        output,
        len(folded),
        worst,
        folded[worst],
    )
    return folded


def check_challenge_zip(path: Path, wanted: ChallengeForm) -> dict[str, float]:
    """Read every field of a zip back as the evaluation does.

    Returns:
        File -> share of voxels where it folds (det J <= 0), in percent.

    Raises:
        InputError: Every file that is missing, not asked for, unreadable, of another shape or
            type, or with a displacement that is not finite.
    """
    expected = dict.fromkeys(wanted.names(), wanted.stored_shape) | wanted.empty_names()
    problems, folded = [], {}
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(Problem(str(path), "", f"is no zip ({error})", _REMEDY)) from error
    with archive:
        names = set(archive.namelist())
        problems += [_problem(path, name, "is missing") for name in sorted(expected.keys() - names)]
        problems += [
            _problem(path, name, "is not asked for") for name in sorted(names - expected.keys())
        ]
        for name in sorted(names & expected.keys()):
            try:
                array = _stored(archive.read(name), expected[name], wanted.stored_dtype)
                if name in wanted.names():
                    folded[name] = _folded_percent(native_field(array, wanted.shape))
            except (ValueError, zipfile.BadZipFile) as error:
                problems.append(_problem(path, name, str(error)))
    if problems:
        raise InputError(problems)
    return folded


def _find_all(fields: Path, wanted: ChallengeForm) -> dict[str, Path]:
    """Return the file of each pair by its name in the zip.

    Raises:
        InputError: All pairs without one.
    """
    if not wanted.pairs:
        what, remedy = "there is no pair to submit", "give the list of the challenge's pairs"
        raise InputError(Problem(str(fields), "", what, remedy))
    found, problems = {}, []
    for name, pair in wanted.names().items():
        try:
            found[name] = find_field(fields, *pair)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _stored(content: bytes, shape: tuple[int, ...], dtype: FieldDtype) -> NDArray[np.floating]:
    """Return the array of a file.

    Raises:
        ValueError: It is not what it must be.
    """
    array = load_npz(io.BytesIO(content))
    if array.shape != shape:
        raise ValueError(f"is {array.shape}, not {shape}")
    if array.dtype != dtype:
        raise ValueError(f"holds {array.dtype}, not {dtype}")
    return array


def _folded_percent(native: NDArray[np.float32]) -> float:
    determinant = jacobian_determinant(torch.from_numpy(np.ascontiguousarray(native))[None])
    return 100 * float((determinant <= 0).double().mean())


def _add(archive: zipfile.ZipFile, name: str, array: NDArray[np.floating]) -> None:
    """Add a .npz file; it is compressed already."""
    content = io.BytesIO()
    np.savez_compressed(content, array)
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content.getvalue(), zipfile.ZIP_STORED)


def _listed_pairs(table: Path) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a list of the challenge, whose columns may have spaces around names."""
    try:
        rows = pd.read_csv(table, skipinitialspace=True).rename(columns=str.strip)
        yield from zip(rows["fixed"].astype(int), rows["moving"].astype(int), strict=True)
    except (OSError, ValueError, KeyError) as error:
        what = f"cannot be read as a list of pairs ({error})"
        remedy = "give the challenge's CSV with columns fixed and moving"
        raise InputError(Problem(str(table), "", what, remedy)) from error


def _problem(path: Path, name: str, what: str) -> Problem:
    return Problem(str(path), name, what, _REMEDY)
