from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.io.tables import write_tsv
from echoweave.mmode.study.agreement_figure import draw_mmode_agreement


def drawn(folder: Path, strips: pd.DataFrame) -> str:
    """The figure of two networks, as SVG."""
    write_tsv(strips, folder / "recordings.tsv")
    networks = ["quicknat", "nnunet"]
    draw_mmode_agreement(folder / "recordings.tsv", networks, folder / "a.svg", folder / "a.png")
    assert (folder / "a.png").stat().st_size > 1000
    return (folder / "a.svg").read_text()


def test_a_row_a_network_and_kind_that_has_truth(tmp_path: Path) -> None:
    strips = pd.DataFrame(
        {
            "network": ["quicknat", "quicknat", "nnunet", "unknown"],
            "kind": ["recorded", "virtual", "recorded", "recorded"],
            "lvidd_mm": [4.0, 50.0, np.nan, 4.0],
            "true_lvidd_mm": [4.2, np.nan, 4.2, 4.2],
        }
    )
    figure = drawn(tmp_path, strips)
    # One row of LVIDd, LVIDs, EF and HR: of the others there are no pairs, or nobody asks for them.
    assert 'id="axes_4"' in figure
    assert 'id="axes_5"' not in figure


def test_without_a_true_mask_the_figure_says_so(tmp_path: Path) -> None:
    strips = pd.DataFrame({"network": ["nnunet"], "kind": ["recorded"], "lvidd_mm": [4.0]})
    figure = drawn(tmp_path, strips)
    assert 'id="text_1"' in figure
    assert "axes_1" not in figure
