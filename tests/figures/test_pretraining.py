from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.figures.pretraining import draw_pretraining
from echoweave.io.tables import write_tsv


@pytest.mark.parametrize(("places", "said"), [((1, 3), 2), ((), 0)])
def test_hidden_frames_are_named_and_every_fold_has_its_curves(
    places: tuple[int, ...], said: int, tmp_path: Path
) -> None:
    clip = np.zeros((4, 8, 8), np.uint8)
    hidden = np.zeros(clip.shape, bool)
    hidden[list(places)] = True
    np.savez(tmp_path / "rebuilt.npz", clip=clip, shown=clip, rebuilt=clip, hidden=hidden)
    table = pd.DataFrame({"epoch": [1, 2], "train_loss": [1, 0.5], "validation_loss": [1, 0.7]})
    curves = [tmp_path / f"fold_{fold}.tsv" for fold in range(2)]
    for path in curves:
        write_tsv(table, path)
    svg = tmp_path / "f.svg"
    draw_pretraining(tmp_path / "rebuilt.npz", curves, svg, tmp_path / "f.png")
    text = svg.read_text()
    assert text.count("<!-- hidden -->") == said
    assert "Train, fold 0" in text and "Validation, fold 1" in text
