from pathlib import Path

from echoweave.datasets.camus import CamusFiles
from echoweave.datasets.source import Facts, Source
from echoweave.viewer.layers import layer_files


def source(patient: str, split: str) -> Source:
    files = CamusFiles(*[Path("file")] * 4, None, None, None, ())
    return Source(patient, "4CH", split, files, Facts(0, 4, (8, 8), (1.0, 1.0)))


def test_training_sequences_have_pseudolabels_and_test_sequences_predictions() -> None:
    sources = [source("p1", "training"), source("p2", "testing"), source("p3", "training")]
    files = layer_files(sources, Path("labels"), Path("predictions"), ["sparse2d", "dense3d"])
    assert [str(path) for path in files] == [
        "labels/forward/p1_4CH.nii.gz",
        "labels/forward/p3_4CH.nii.gz",
        "labels/backward/p1_4CH.nii.gz",
        "labels/backward/p3_4CH.nii.gz",
        "labels/fused/p1_4CH.nii.gz",
        "labels/fused/p3_4CH.nii.gz",
        "predictions/sparse2d/p2_4CH.nii.gz",
        "predictions/dense3d/p2_4CH.nii.gz",
    ]
