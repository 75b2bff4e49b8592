"""report.html of the wing: the networks compared, animals, recordings, and what was tested."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from echoweave.evaluation.names import display_name
from echoweave.io.atomic import whole_file
from echoweave.io.tables import read_tsv
from echoweave.mmode.study.tables import COMPARISON, NAME_COLUMNS
from echoweave.outputs.blocks import (
    embedded_picture,
    report_style,
    table_of_page,
    table_row,
    whole_table,
)
from echoweave.outputs.names import REPORT
from echoweave.versions import versions
from echoweave.viewer.fill import fill_file

# Quantity -> head, decimals; those that a study has none of are left out.
_SHOWN = {
    "lvidd_mm": ("LVIDd (mm)", 2),
    "lvids_mm": ("LVIDs (mm)", 2),
    "lvidd_px": ("LVIDd (px)", 1),
    "lvids_px": ("LVIDs (px)", 1),
    "fs_percent": ("FS (%)", 0),
    "ef_percent": ("EF (%)", 0),
    "edv_ul": ("EDV (µL)", 0),
    "edv_ml": ("EDV (ml)", 0),
    "heart_rate_bpm": ("HR (bpm)", 0),
}


def render_mmode_report(
    tables: Path, figures: Sequence[Path], testing: Path, network: str, output: Path
) -> None:
    """Write the page; recordings link to their own reports in measured/.

    Args:
        tables: Folder of the tables.
        figures: PNGs, shown in this order.
        testing: What was measured on test windows with ``network``, with the first ten pictures.
        network: Whose animals and recordings are shown.
        output: Where to, beside measured/.
    """
    animals, recordings = (
        _of(read_tsv(tables / f"{name}.tsv", NAME_COLUMNS), network)
        for name in ("animals", "recordings")
    )
    installed = versions()
    parts = {
        "SUBTITLE": f"{len(recordings)} test strips of {recordings['animal'].nunique()} animals "
        f"(patients); numbers by {escape(display_name(network))}",
        "NETWORKS": table_of_page(tables / f"{COMPARISON}.html"),
        "FIGURES": "".join(
            f'<img class="plot" src="{embedded_picture(one)}" alt="">' for one in figures
        ),
        "ANIMALS": _animals(animals),
        "RECORDINGS": _recordings(recordings, network),
        "WINDOWS": "".join(map(_window, sorted(testing.glob("image_*.png")))),
        "STYLE": report_style(),
        "VERSION": escape(str(installed.get("echoweave", ""))),
    }
    page = fill_file("echoweave.mmode.study", "report.html", parts)
    with whole_file(output) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _of(table: pd.DataFrame, network: str) -> pd.DataFrame:
    return table[table["network"] == network]


def _animals(animals: pd.DataFrame) -> str:
    shown = _shown_in(animals)
    head = ("Animal", "Strips", "Recordings", "Beats", *(name for name, _ in shown.values()))
    rows = [
        table_row(
            (
                row["animal"],
                row["kind"],
                row["recordings"],
                row["beats"],
                *(_spread(row, key, decimals) for key, (_, decimals) in shown.items()),
            )
        )
        for row in animals.to_dict("records")
    ]
    return whole_table(head, rows)


def _shown_in(table: pd.DataFrame) -> dict[str, tuple[str, int]]:
    return {key: one for key, one in _SHOWN.items() if key in table and table[key].notna().any()}


def _spread(row: Mapping[Any, Any], key: str, decimals: int) -> str:
    median, spread = row[key], row[f"{key}_iqr"]
    if pd.isna(median):
        return "-"
    return f"{median:.{decimals}f} ({spread:.{decimals}f})"


def _recordings(recordings: pd.DataFrame, network: str) -> str:
    shown = _shown_in(recordings)
    head = ("Recording", "Good", "Beats", "Count", *(name for name, _ in shown.values()))
    rows = [
        "<tr>"
        + _link(row["recording"], network)
        + "".join(
            f"<td>{cell}</td>"
            for cell in (
                "-" if pd.isna(row["good_share"]) else f"{100 * row['good_share']:.0f} %",
                row["beats"],
                row["counted"],
                *(_plain(row[key], decimals) for key, (_, decimals) in shown.items()),
            )
        )
        + "</tr>"
        for row in recordings.to_dict("records")
    ]
    return whole_table(head, rows)


def _link(name: str, network: str) -> str:
    address = quote(f"measured/{network}/{name}/{REPORT}")
    return f'<th><a href="{address}">{escape(name)}</a></th>'


def _plain(value: float, decimals: int) -> str:
    return "-" if pd.isna(value) else f"{value:.{decimals}f}"


def _window(picture: Path) -> str:
    """Return a window, what was found in it and its mask, side by side."""
    names = [picture.name.replace("image_", f"{part}_", 1) for part in ("image", "pred", "mask")]
    shown = "".join(
        f'<img src="{embedded_picture(picture.with_name(one))}" alt="">' for one in names
    )
    return f"<li>{shown}</li>"
