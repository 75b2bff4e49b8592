from pathlib import Path

import numpy as np
import pytest
import torch

from echoweave.io.images import write_image
from echoweave.learn2reg.crops import WHOLE, draw_box, load_pairs, organ_masks
from echoweave.learn2reg.greys import windowed
from echoweave.learn2reg.noisy.labels import NoisyLabels
from echoweave.learn2reg.organs import N_ORGAN_LABELS
from echoweave.learn2reg.pairs import CasePair, every_two, stored_cases
from echoweave.learn2reg.store import load_case
from tests.learn2reg.ellipsoids import KNOWN, SHAPE, write_cases

WINDOWS = [[400, 40], [1000, 400]]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases with labels, one with half of them, which has noisy ones, and one without."""
    folder = tmp_path_factory.mktemp("cases")
    write_cases(folder, "l2r", range(1, 3))
    write_cases(folder, "half", range(3, 4), known=(1, 6))
    write_cases(folder, "none", range(4, 5), known=())
    noisy = np.full(SHAPE, 13, np.uint8)
    write_image(folder / "noisy" / "half_0003.nii.gz", noisy, (2.0, 2.0), 2.0)
    return folder


def pair(folder: Path, fixed: str, moving: str) -> CasePair:
    return every_two(stored_cases([folder / f"{fixed}.h5", folder / f"{moving}.h5"]))[0]


def known(folder: Path, one: str, other: str, noisy: NoisyLabels | None = None) -> list[int]:
    batch = load_pairs([pair(folder, one, other)], [WHOLE], WINDOWS, noisy, CPU)
    return np.flatnonzero(batch.known[0]).tolist()


def test_boxes_fit_and_reach_every_border() -> None:
    generator = np.random.default_rng(1)
    boxes = [draw_box((6, 4, 9), 5, generator) for _ in range(200)]
    starts = [{box[axis].start for box in boxes} for axis in range(3)]
    assert starts == [{0, 1}, {0}, {0, 1, 2, 3, 4}]
    assert all(side.stop - side.start == 5 for box in boxes for side in box)


def test_both_cases_are_cut_at_one_place(folder: Path) -> None:
    box = (slice(3, 11), slice(0, 8), slice(8, 16))
    batch = load_pairs([pair(folder, "l2r_0001", "l2r_0002")] * 2, [box, box], WINDOWS, None, CPU)
    assert batch.fixed.shape == batch.moving.shape == (2, 2, 8, 8, 8)
    for name, image, labels in (
        ("l2r_0001", batch.fixed, batch.fixed_labels),
        ("l2r_0002", batch.moving, batch.moving_labels),
    ):
        whole = load_case(folder / f"{name}.h5")
        np.testing.assert_array_equal(image[1], windowed(whole.image, WINDOWS)[:, *box])
        np.testing.assert_array_equal(labels[1], whole.labels[box])


def test_organs_count_that_both_cases_know(folder: Path) -> None:
    assert known(folder, "l2r_0001", "l2r_0002") == list(KNOWN)
    assert known(folder, "half_0003", "l2r_0001") == [1, 6]
    assert known(folder, "l2r_0001", "none_0004") == []


def test_noisy_labels_know_the_organs_they_hold_and_doubtful_cases_keep_their_own(
    folder: Path,
) -> None:
    noisy = NoisyLabels(folder / "noisy")
    batch = load_pairs([pair(folder, "half_0003", "l2r_0001")], [WHOLE], WINDOWS, noisy, CPU)
    assert batch.fixed_labels.unique().tolist() == [13]
    assert set(batch.moving_labels.unique().tolist()) == {0, *KNOWN}
    assert known(folder, "half_0003", "half_0003", noisy) == [13]


def test_the_way_back_follows_the_way_there(folder: Path) -> None:
    batch = load_pairs([pair(folder, "half_0003", "l2r_0001")], [WHOLE], WINDOWS, None, CPU)
    both = batch.both_ways()
    assert torch.equal(both.fixed, torch.cat((batch.fixed, batch.moving)))
    assert torch.equal(both.moving_labels, torch.cat((batch.moving_labels, batch.fixed_labels)))
    assert torch.equal(both.known[0], both.known[1])


def test_masks_hold_a_channel_a_label() -> None:
    masks = organ_masks(torch.tensor([[[[0, 13, 6]]]], dtype=torch.uint8))
    assert masks.shape == (1, N_ORGAN_LABELS, 1, 1, 3)
    assert masks.nonzero()[:, [1, 4]].tolist() == [[0, 0], [6, 2], [13, 1]]
