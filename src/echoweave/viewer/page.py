"""Write the viewer's page: one HTML file that needs no network."""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.evaluation.roles import read_roles
from echoweave.figures.style import colour, display_title
from echoweave.figures.tables import read_tables
from echoweave.io.atomic import whole_file
from echoweave.io.tables import read_tsv

LABELS = ("reference", "forward", "backward", "fused")
STRUCTURES = ("cavity", "myocardium", "atrium")
# On dark ground, unlike in the figures.
REFERENCE_COLOUR = "#FFFFFF"
_VOLUMES = ("edv_ml", "esv_ml", "ef_percent")


def write_page(
    arms: Sequence[str],
    cohort: Path,
    frames: Sequence[Path],
    volumes: Sequence[Path],
    quality: Path,
    roles: Path,
    mode: str,
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
        sequences: Those that have a script.
        output: The HTML file.
    """
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
        "structures": [{"name": name, "title": display_title(name)} for name in STRUCTURES],
        **describe_study(
            arms,
            read_tsv(cohort),
            read_tables(frames),
            read_tables(volumes),
            read_tsv(quality),
            mode,
        ),
    }
    shown, known = set(sequences), read_roles(roles)
    study["sequences"] = [
        # The registration knows nothing of test patients.
        row | {"role": known.get(row["patient"], "")}
        for row in study["sequences"]
        if row["name"] in shown
    ]
    with whole_file(output) as temporary:
        temporary.write_text(_fill_page(study))


def describe_study(
    arms: Sequence[str],
    cohort: pd.DataFrame,
    frames: pd.DataFrame,
    volumes: pd.DataFrame,
    quality: pd.DataFrame,
    mode: str,
) -> dict[str, Any]:
    """Return the list of sequences and the volumes of each patient, for JSON.

    The Dice of a sequence is the mean over ED, ES, cavity, myocardium and atrium; the closure is
    the same for the masks carried from the other end (pseudo-labels). Unknown values are None.
    """
    chosen = frames["structure"].isin(STRUCTURES)
    dice = frames[chosen].groupby(["sequence", "arm"])["dice"].mean()
    closure = _closure(quality)
    volumes = volumes[volumes["mode"] == mode]
    patients: dict[str, dict[str, dict[str, float | None]]] = {}
    for row in volumes.to_dict("records"):
        columns = [*_VOLUMES, *(f"ref_{name}" for name in _VOLUMES)]
        values = {name: _known(row[name]) for name in columns}
        values["ef_error"] = _known(abs(row["ef_percent"] - row["ref_ef_percent"]))
        patients.setdefault(row["patient"], {})[row["arm"]] = values
    sequences = [
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
    return {"sequences": sequences, "volumes": patients}


def _closure(quality: pd.DataFrame) -> "pd.Series[float]":
    ends = quality[quality["reference"].isin(["ED", "ES"])]
    columns = [f"agreement_dice_{name}" for name in STRUCTURES]
    return ends.set_index("sequence")[columns].mean(axis=1).groupby("sequence").mean()


def _known(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), 4)


def _layer_colour(name: str) -> str:
    return REFERENCE_COLOUR if name == "reference" else colour(name)


def _fill_page(study: dict[str, Any]) -> str:
    folder = files("echoweave.viewer")
    page = (folder / "page.html").read_text()
    parts = {
        "STYLE": (folder / "page.css").read_text(),
        "SCRIPT": (folder / "page.js").read_text(),
        # In a name, "</script" would end the element that holds the data, and "<!--" never let it.
        "STUDY": json.dumps(study, allow_nan=False).replace("<", "\\u003c"),
    }
    for name, text in parts.items():
        page = page.replace(f"@{name}@", text)
    return page
