"""report.html of the wing: ablation, organs, trainings, noisy labels, the worst pairs, cases."""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import pandas as pd

from echoweave.evaluation.names import display_name
from echoweave.io.atomic import whole_file
from echoweave.io.tables import read_tsv
from echoweave.learn2reg.noisy.files import agreement_file, confidence_file
from echoweave.learn2reg.organs import ORGANS
from echoweave.learn2reg.source import SPLITS, VolumeSource
from echoweave.outputs.blocks import (
    embedded_picture,
    report_style,
    table_of_page,
    table_row,
    whole_table,
)
from echoweave.versions import versions
from echoweave.viewer.fill import fill_file


def render_learn2reg_report(
    tables: Path,
    measured: Path,
    noisy_labels: Path | None,
    figures: Sequence[Path],
    variant: str,
    sources: Sequence[VolumeSource],
    output: Path,
) -> None:
    """Write the page.

    Args:
        tables: Folder of the tables of the ablation.
        measured: What was measured of the variant that is shown.
        noisy_labels: Folder of the noisy labels; None where no variant has any.
        figures: PNGs, shown in this order.
        variant: Whose worst pairs are shown.
        sources: All cases.
        output: Where to.
    """
    pairs = read_tsv(measured / "pairs.tsv")
    parts = {
        "SUBTITLE": f"{len(pairs)} pairs, {len(sources)} volumes; pictures of the variant "
        f"{escape(display_name(variant))}",
        **{name.upper(): table_of_page(tables / f"{name}.html") for name in _TABLES},
        "FIGURES": "".join(_plot(figure) for figure in figures),
        "WORST": _plot(measured / "worst.png"),
        "NOISY": _noisy_section(noisy_labels) if noisy_labels else "",
        "CASES": whole_table(("Cohort", *_SPLIT_HEADS, "Labelled organs"), list(_cohorts(sources))),
        "STYLE": report_style(),
        "VERSION": escape(str(versions().get("echoweave", ""))),
    }
    page = fill_file("echoweave.learn2reg", "report.html", parts)
    with whole_file(output) as temporary:
        temporary.write_text(page, encoding="utf-8")


_TABLES = ("ablation", "differences", "organs")
_NOISY_HINT = (
    "From an nnU-Net that was trained on the labels of all cohorts, those of the measured cohort's "
    "training cases among them; true labels replace its own. Left out: their own labels count. "
    "Seen: cases that it was trained on."
)
_SPLIT_HEADS = [split.capitalize() for split in SPLITS]


def _plot(picture: Path) -> str:
    return f'<img class="plot" src="{embedded_picture(picture)}" alt="">'


def _cohorts(sources: Sequence[VolumeSource]) -> Iterator[str]:
    for cohort in dict.fromkeys(one.cohort for one in sources):
        mine = [one for one in sources if one.cohort == cohort]
        splits = Counter(one.split for one in mine)
        known = sorted({organ for one in mine for organ in one.known})
        organs = "all" if len(known) == len(ORGANS) else ", ".join(ORGANS[one] for one in known)
        yield table_row((cohort, *(splits[split] or "" for split in SPLITS), organs or "none"))


def _noisy_section(folder: Path) -> str:
    """Return how certain the noisy labels are, and how well labelled organs are found, a cohort."""
    confidence, agreement = (read_tsv(table(folder)) for table in (confidence_file, agreement_file))
    head = ("Cohort", "Cases", "left out", "Mean confidence", "Dice where labelled, cases seen")
    rows = [
        table_row((cohort, *_judged(rows, agreement[agreement["cohort"] == cohort])))
        for cohort, rows in confidence.groupby("cohort", sort=False)
    ]
    table = whole_table((*head, "not seen"), rows)
    return (
        f'<section><h2>Noisy labels</h2><div class="wide"><table>{table}</table></div>'
        f'<p class="hint">{_NOISY_HINT}</p></section>'
    )


def _judged(confidence: pd.DataFrame, agreement: pd.DataFrame) -> tuple[str, ...]:
    cases = confidence.drop_duplicates("case")
    certain = confidence.loc[confidence["labels"] == "network", "confidence"].mean()
    dice = (agreement.loc[agreement["seen"] == seen, "dice"].mean() for seen in (True, False))
    return (
        str(len(cases)),
        str((~cases["kept"]).sum()),
        *("" if pd.isna(value) else f"{value:.2f}" for value in (certain, *dice)),
    )
