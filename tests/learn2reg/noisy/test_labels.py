from pathlib import Path

import numpy as np

from echoweave.io.images import write_image
from echoweave.learn2reg.noisy.labels import NoisyLabels

SHAPE = (4, 5, 6)


def write(folder: Path, value: int) -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[0] = value
    write_image(folder / "l2r_0001.nii.gz", labels, (2.0, 2.0), 2.0)


def test_a_case_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, 6)
    labels = NoisyLabels(tmp_path)
    first = labels.of("l2r_0001")
    assert first is not None
    assert (first.array.dtype, first.array.shape, first.known) == (np.uint8, SHAPE, (0, 6))
    write(tmp_path, 13)
    assert labels.of("l2r_0001") is first
    # Another training does not see what the first one has kept.
    other = NoisyLabels(tmp_path).of("l2r_0001")
    assert other is not None
    assert other.known == (0, 13)


def test_doubtful_cases_have_none(tmp_path: Path) -> None:
    labels = NoisyLabels(tmp_path)
    assert labels.of("l2r_0001") is None
    assert labels.checksum("l2r_0001") is None
