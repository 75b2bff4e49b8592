from pathlib import Path

from echoweave.viewer.layers import layer_folders


def test_training_sequences_have_pseudolabels_and_test_sequences_predictions() -> None:
    places = Path("labels"), Path("predictions"), ["sparse2d", "dense3d"]
    assert layer_folders("training", *places) == [Path("labels")]
    assert layer_folders("testing", *places) == [
        Path("predictions/sparse2d"),
        Path("predictions/dense3d"),
    ]
