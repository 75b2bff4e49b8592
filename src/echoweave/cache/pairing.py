"""The user's table of TED ids and patients, ``data.ted.pairing``.

Rules read it while they are parsed: it needs nothing slow.
"""

import csv
from collections.abc import Collection, Sequence
from pathlib import Path

from echoweave.errors import InputError, Problem

_HEADER = ["ted_id", "patient"]


def read_pairing(path: Path) -> list[tuple[str, str]]:
    """Return the (ted_id, patient) of each row; further columns are passed over.

    Raises:
        InputError: It is no table of text, or has another header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file, delimiter="\t")]
    except (OSError, ValueError, csv.Error) as error:
        what = f"not a readable table ({error})"
        raise InputError(Problem(str(path), "data.ted.pairing", what, "make it anew")) from error
    header, *rows = [row for row in rows if any(row)] or [[]]
    if header[:2] != _HEADER:
        what = "the header is not ted_id, patient"
        raise InputError(Problem(str(path), "data.ted.pairing", what, "give it that header"))
    return [(row[0], row[1] if len(row) > 1 else "") for row in rows]


def pairing_problems(
    path: Path,
    rows: Sequence[tuple[str, str]],
    ted_ids: Collection[str],
    patients: Collection[str],
) -> list[Problem]:
    """Return one problem for each row that names no clip or patient, or one for the second time.

    Args:
        path: The table, for the message.
        rows: What :func:`read_pairing` gives.
        ted_ids: The sound TED clips.
        patients: The training patients with a sound 4CH sequence.
    """
    problems = []
    paired: set[str] = set()
    for ted_id, patient in rows:
        if ted_id not in ted_ids:
            what = "not among the sound TED clips"
        elif patient not in patients:
            what = f"{patient or 'nothing'} is not a training patient with a 4CH sequence"
        elif {f"TED {ted_id}", patient} & paired:
            what = "the clip or the patient has a pair already"
        else:
            paired |= {f"TED {ted_id}", patient}
            continue
        problems.append(Problem(str(path), ted_id, what, "correct or remove the row"))
    return problems
