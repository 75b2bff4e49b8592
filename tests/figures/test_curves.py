from pathlib import Path

import pandas as pd

from echoweave.figures.registration_curves import draw_registration_curves
from echoweave.figures.segmentation_curves import draw_segmentation_curves
from echoweave.io.tables import write_tsv


def test_registration_models_are_named(tmp_path: Path) -> None:
    rows = [
        {"iteration": 10, "split": "training", "loss": -0.5},
        {"iteration": 10, "split": "validation", "loss": -0.4, "dice_cavity": 0.9},
    ]
    write_tsv(pd.DataFrame(rows), tmp_path / "dirnet/curves.tsv")
    svg = tmp_path / "f.svg"
    draw_registration_curves([tmp_path / "dirnet/curves.tsv"], svg, tmp_path / "f.png")
    assert "DIRNet" in svg.read_text()
    assert "Dice, LV cavity" in svg.read_text()
    assert "myocardium" not in svg.read_text()
    draw_registration_curves([], svg, tmp_path / "f.png")
    assert "No registration network was trained here" in svg.read_text()


def test_networks_of_volumes_show_their_organs_and_folding(tmp_path: Path) -> None:
    rows = [{"iteration": 10, "split": "validation", "loss": 1, "dice": 0.6, "folded_percent": 2}]
    write_tsv(pd.DataFrame(rows), tmp_path / "noisy-labels/curves.tsv")
    svg = tmp_path / "f.svg"
    draw_registration_curves([tmp_path / "noisy-labels/curves.tsv"], svg, tmp_path / "f.png")
    text = svg.read_text()
    assert "+ noisy labels" in text
    assert "Dice, mean of organs" in text and "Folded (%)" in text


def test_folds_are_counted(tmp_path: Path) -> None:
    table = pd.DataFrame({"epoch": [1, 2], "train_loss": [0.1, -0.3]})
    table = table.assign(validation_loss=[0.2, -0.2], validation_dice=[0.4, 0.6])
    paths = [tmp_path / f"fold_{fold}/curves.tsv" for fold in range(2)]
    for path in paths:
        write_tsv(table, path)
    svg = tmp_path / "f.svg"
    draw_segmentation_curves({"dense3d": {"3d_fullres": paths}}, svg, tmp_path / "f.png")
    assert "2D+time dense, 2 folds" in svg.read_text()
    both = {"2d": paths[:1], "3d_fullres": paths}
    draw_segmentation_curves({"dense3d": both}, svg, tmp_path / "f.png")
    assert "2D+time dense (2d), 1 fold" in svg.read_text()
    assert "2D+time dense (3d_fullres), 2 folds" in svg.read_text()
    draw_segmentation_curves({}, svg, tmp_path / "f.png")
    assert "No nnU-Net was trained here" in svg.read_text()
