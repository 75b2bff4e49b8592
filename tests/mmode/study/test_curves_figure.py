from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from PIL import Image

from echoweave.figures.style import colour
from echoweave.io.tables import write_tsv
from echoweave.mmode.study.curves_figure import draw_mmode_curves

# What each network calls its loss.
LOSSES = {"quicknat": "training_loss", "nnunet": "train_loss"}


def test_each_panel_shows_both_networks_after_one_epoch(tmp_path: Path) -> None:
    for height, (network, loss) in enumerate(LOSSES.items(), start=1):
        names = (loss, "validation_loss", "validation_dice")
        values = {name: [height / 3] for name in names}
        table = pd.DataFrame({"epoch": [0]} | values)
        write_tsv(table, tmp_path / f"{network}.tsv")
    curves = {network: tmp_path / f"{network}.tsv" for network in LOSSES}
    draw_mmode_curves(curves, tmp_path / "c.svg", tmp_path / "c.png")
    pixels = np.asarray(Image.open(tmp_path / "c.png").convert("RGB")).astype(int)
    # Below the legend, dots: of one epoch no line can be seen.
    for panel in np.array_split(pixels[60:], 3, axis=1):
        for network in LOSSES:
            ink = np.abs(panel - np.round(255 * np.array(to_rgb(colour(network))))).max(axis=-1)
            assert (ink < 8).sum() > 20
