"""Write the viewer's page: one HTML file that needs no network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.evaluation.roles import read_roles
from echoweave.evaluation.volume_table import quantities
from echoweave.figures.style import colour, display_title
from echoweave.figures.tables import read_tables
from echoweave.io.atomic import whole_file
from echoweave.io.tables import read_tsv
from echoweave.labels import parts_of
from echoweave.units import UNITS, Unit, Units
from echoweave.viewer.fill import embed_json, fill_page

LABELS = ("reference", "forward", "backward", "fused")
# On dark ground, unlike in the figures.
REFERENCE_COLOUR = "#FFFFFF"


def write_page(
    arms: Sequence[str],
    cohort: Path,
    frames: Sequence[Path],
    volumes: Sequence[Path],
    quality: Path,
    roles: Path,
    mode: str,
    label_values: Sequence[int],
    unit: Unit,
    sequences: Sequence[str],
    output: Path,
) -> None:
    """Write the page; it loads ``data/{sequence}.js`` from its own folder.

    Reference, fused labels and the last arm are shown until the reader chooses others.

    Args:
        arms: The arms.
        cohort: The cohort table.
        frames: One table an arm: sequence, arm, structure, dice.
        volumes: One table an arm: patient, arm, mode and volumes with their references.
        quality: The quality table of the pseudo-labels: sequence, reference, agreement_dice_*.
        roles: What the registration networks know of each training patient.
        mode: Which rows of ``volumes`` are shown.
        label_values: What the masks of the data set tell apart, background included.
        unit: That of the spacing of every sequence.
        sequences: Those that have a script.
        output: The HTML file.
    """
    parts, units = parts_of(label_values), UNITS[unit]
    shown, known = set(sequences), read_roles(roles)
    rows = describe_sequences(arms, read_tsv(cohort), read_tables(frames), read_tsv(quality), parts)
    study = {
        "layers": [
            {
                "name": name,
                "title": display_title(name),
                "colour": _layer_colour(name),
                "shown": name in ("reference", "fused", arms[-1]),
            }
            for name in (*LABELS, *arms)
        ],
        "arms": list(arms),
        "structures": [
            {"name": name, "title": f"{display_title(name)} ({units.area_title})"} for name in parts
        ],
        "quantities": [
            {"name": name, "title": f"{symbol} {shown_unit}"}
            for name, (symbol, shown_unit, _) in quantities(units).items()
        ],
        # The registration knows nothing of test patients.
        "sequences": [
            row | {"role": known.get(row["patient"], "")} for row in rows if row["name"] in shown
        ],
        "volumes": describe_volumes(read_tables(volumes), mode, units),
    }
    with whole_file(output) as temporary:
        temporary.write_text(fill_page("echoweave.viewer", "page", {"STUDY": embed_json(study)}))


def describe_volumes(
    volumes: pd.DataFrame, mode: str, units: Units
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Return patient -> arm -> volumes, EF and their references, for JSON; None if unknown."""
    patients: dict[str, dict[str, dict[str, float | None]]] = {}
    columns = [f"{prefix}{name}" for prefix in ("", "ref_") for name in quantities(units)]
    for row in volumes[volumes["mode"] == mode].to_dict("records"):
        values = {name: _known(row[name]) for name in columns}
        values["ef_error"] = _known(abs(row["ef_percent"] - row["ref_ef_percent"]))
        patients.setdefault(row["patient"], {})[row["arm"]] = values
    return patients


def describe_sequences(
    arms: Sequence[str],
    cohort: pd.DataFrame,
    frames: pd.DataFrame,
    quality: pd.DataFrame,
    parts: Sequence[str],
) -> list[dict[str, Any]]:
    """Return the list of sequences, for JSON.

    The Dice of a sequence is the mean over ED, ES and ``parts``; the closure is the same for the
    masks carried from the other end (pseudo-labels). Unknown values are None.
    """
    chosen = frames["structure"].isin(parts)
    dice = frames[chosen].groupby(["sequence", "arm"])["dice"].mean()
    closure = _closure(quality, parts)
    return [
        {
            "name": row["sequence"],
            "patient": row["patient"],
            "split": row["split"],
            "phase": row["phase"],
            "quality": "" if pd.isna(row["quality"]) else row["quality"],
            "closure": _known(closure.get(row["sequence"])),
            "dice": {arm: _known(dice.get((row["sequence"], arm))) for arm in arms},
        }
        for row in cohort.sort_values("sequence").to_dict("records")
    ]


def _closure(quality: pd.DataFrame, parts: Sequence[str]) -> "pd.Series[float]":
    ends = quality[quality["reference"].isin(["ED", "ES"])]
    columns = [f"agreement_dice_{name}" for name in parts]
    return ends.set_index("sequence")[columns].mean(axis=1).groupby("sequence").mean()


def _known(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), 4)


def _layer_colour(name: str) -> str:
    return REFERENCE_COLOUR if name == "reference" else colour(name)
