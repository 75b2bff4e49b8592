"""animals.csv and animals.json: medians over all beats of an animal, in all of its strips."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from echoweave.io.atomic import whole_file
from echoweave.mmode.function.measure import animal_rows
from echoweave.mmode.outputs.summary import STRIP_KEYS
from echoweave.outputs.frames import write_csv
from echoweave.outputs.quantities import column_of
from echoweave.outputs.summary import Summary, rounded

_KEYS = ["species", "animal"]


def write_animals(strips: Sequence[Summary], out: Path) -> None:
    """Write both: a row an animal with the median and interquartile range of each quantity.

    What stands before the first "_" of a strip's name is its animal, as in a folder of recordings.

    Args:
        strips: Summaries.
        out: The folder.
    """
    about = [*_KEYS, "recording", "good"]
    quantities = list(
        dict.fromkeys(
            column_of(key, strip["numbers"][key]["unit"]) for strip in strips for key in STRIP_KEYS
        )
    )
    rows = [_beat_row(strip, beat) for strip in strips for beat in strip["beats"]]
    named = pd.DataFrame([(strip["species"], _animal(strip)) for strip in strips], columns=_KEYS)
    animals = animal_rows(pd.DataFrame(rows, columns=[*about, *quantities]), named, quantities)
    cells = [
        {name: _plain(value) for name, value in row.items()} for row in animals.to_dict("records")
    ]
    write_csv(list(animals.columns), [list(row.values()) for row in cells], out / "animals.csv")
    with whole_file(out / "animals.json") as temporary:
        temporary.write_text(f"{json.dumps(cells, indent=2)}\n", encoding="utf-8")


def _animal(strip: Summary) -> str:
    return str(strip["name"]).partition("_")[0]


def _beat_row(strip: Summary, beat: Summary) -> dict[str, object]:
    numbers = {column_of(key, strip["numbers"][key]["unit"]): beat[key] for key in STRIP_KEYS}
    about = {"species": strip["species"], "animal": _animal(strip), "recording": strip["name"]}
    return about | {"good": beat["good"]} | numbers


def _plain(value: object) -> str | int | float | None:
    return rounded(value) if isinstance(value, float) else value  # type: ignore[return-value]
