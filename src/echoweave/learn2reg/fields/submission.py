"""One zip of displacement files for the challenge, read back before it takes its name.

Today's form is a flat list of files. That of 2020 has a folder a task, of which this is one.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.learn2reg.fields.files import field_file_name, find_fields, read_native_field
from echoweave.learn2reg.fields.folding import measure_smoothness
from echoweave.learn2reg.fields.forms import (
    STORED_DTYPES,
    FieldForm,
    as_stored,
    form_of,
    native_field,
    shown_shape,
    stored_shapes,
)
from echoweave.learn2reg.fields.native import from_native, native_shape
from echoweave.learn2reg.fields.npz import load_npz
from echoweave.learn2reg.store import load_header
from echoweave.logs import LOGGER

# The earliest time that a zip can hold: the same fields give the same bytes on any day.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_REMEDY = "delete the zip and make it again"


class WantedField(NamedTuple):
    """A displacement file that a zip must hold.

    Attributes:
        pair: Names of the fixed and the moving case, ``("l2r_0001", "l2r_0004")``.
        grid: (I, J, K) of the fixed file.
        axes: Of the fixed and of the moving file.
    """

    pair: tuple[str, str]
    grid: tuple[int, int, int]
    axes: tuple[str, str]


@dataclass(frozen=True)
class ChallengeForm:
    """What a zip must hold.

    Attributes:
        fields: One a pair.
        form: Of every displacement file.
    """

    fields: Sequence[WantedField]
    form: FieldForm

    @classmethod
    def of_cases(
        cls, cases: Path, pairs: Sequence[tuple[str, str]], form: FieldForm
    ) -> "ChallengeForm":
        """Return the form for pairs of the cases that lie in ``cases`` as ``{name}.h5``.

        Raises:
            InputError: The form of 2020 cannot hold their grid.
        """
        fields = []
        for pair in pairs:
            fixed, moving = (load_header(cases / f"{name}.h5") for name in pair)
            grid = native_shape(fixed.shape, fixed.axes)
            if form not in stored_shapes(grid):
                what = f"the form of 2020 needs even sides, not {shown_shape(grid)}"
                raise InputError(Problem("config", "learn2reg.submission", what, "choose full"))
            fields.append(WantedField(pair, grid, (fixed.axes, moving.axes)))
        return cls(fields, form)

    def by_name(self) -> dict[str, WantedField]:
        """Return each file by its name in the zip."""
        return {field_file_name(*one.pair, self.form): one for one in self.fields}


def write_challenge_zip(fields: Path, wanted: ChallengeForm, output: Path) -> dict[str, float]:
    """Write the zip and check it by reading every file back.

    Args:
        fields: Folder of displacement files in either form.
        wanted: What the zip holds.
        output: The zip.

    Returns:
        As :func:`check_challenge_zip`.

    Raises:
        InputError: Pairs without a field, all of them, or a field that cannot be read.
    """
    if not wanted.fields:
        what, remedy = "there is no pair to submit", "give the list of the challenge's pairs"
        raise InputError(Problem(str(fields), "", what, remedy))
    paths = find_fields(fields, [one.pair for one in wanted.fields])
    with whole_file(output) as temporary:
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, one in wanted.by_name().items():
                native = read_native_field(paths[one.pair], one.grid)
                _add(archive, name, as_stored(native, wanted.form))
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
        File -> share of voxels where it folds, in percent, as :class:`Smoothness` has it.

    Raises:
        InputError: Every file that is missing, not asked for, unreadable, of another shape or
            type, or with a displacement that is not finite.
    """
    expected = wanted.by_name()
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
                folded[name] = _folded_percent(archive.read(name), expected[name], wanted.form)
            except (ValueError, zipfile.BadZipFile) as error:
                problems.append(_problem(path, name, str(error)))
    if problems:
        raise InputError(problems)
    return folded


def _folded_percent(content: bytes, wanted: WantedField, form: FieldForm) -> float:
    """Return the share of voxels where a file folds.

    Raises:
        ValueError: It is not what it must be.
    """
    array = load_npz(io.BytesIO(content), wanted.grid)
    found = form_of(array.shape, wanted.grid)
    if found != form or array.dtype != STORED_DTYPES[form]:
        raise ValueError(f"holds {array.dtype} in the form {found}")
    dvf = from_native(native_field(array, wanted.grid), wanted.axes)
    return measure_smoothness(dvf).folded_percent


def _add(archive: zipfile.ZipFile, name: str, array: NDArray[np.floating]) -> None:
    """Add a .npz file; it is compressed already."""
    content = io.BytesIO()
    np.savez_compressed(content, array)
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content.getvalue(), zipfile.ZIP_STORED)


def _problem(path: Path, name: str, what: str) -> Problem:
    return Problem(str(path), name, what, _REMEDY)
