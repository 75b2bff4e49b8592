from dataclasses import replace

import numpy as np
import pytest
import torch

from echoweave.errors import InputError
from echoweave.registration.pairs import PreparedSequence
from echoweave.registration.supervision import (
    carried_overlap,
    check_noisy_labels,
    labelled_clips,
    noisy_overlap,
    path,
)

CPU = torch.device("cpu")


def falling_square(labelled: bool = True) -> PreparedSequence:
    """A cavity of 8x8 pixels that falls two pixels a frame; frame t has brightness 10 t."""
    labels = np.zeros((2, 32, 32), np.uint8)
    labels[0, 8:16, 8:16] = labels[1, 12:20, 8:16] = 1
    frames = np.full((3, 32, 32), 10, np.uint8) * np.arange(3, dtype=np.uint8)[:, None, None]
    return PreparedSequence(
        "square", frames, np.ones((32, 32), np.uint8), 0, 2, labels if labelled else None
    )


class Register:
    """Says that what the later frames show was ``dy`` pixels lower; notes which pairs it saw."""

    def __init__(self, dy: float) -> None:
        self.dy = dy
        self.seen: list[tuple[int, int]] = []

    def __call__(self, pairs: torch.Tensor) -> torch.Tensor:
        frames = (pairs[:, :, 0, 0] * 25.5).round().int()
        self.seen = [(int(fixed), int(moving)) for fixed, moving in frames]
        fields = torch.zeros(len(pairs), 2, 32, 32)
        fields[:, 0] = self.dy * (frames[:, 1] - frames[:, 0])[:, None, None]
        return fields


def test_masks_travel_in_equal_steps_within_the_gap() -> None:
    assert path(0, 10, 4) == [0, 3, 7, 10]
    assert path(2, 10, 4) == [2, 6, 10]
    assert path(2, 7, None) == [2, 7]
    assert path(0, 1, 4) == [0, 1]


def test_both_masks_travel_to_the_other_end() -> None:
    register = Register(2)
    assert carried_overlap(register, falling_square(), 1, CPU).item() == pytest.approx(1)
    assert register.seen == [(1, 0), (2, 1), (1, 2), (0, 1)]


def test_without_motion_half_of_the_square_is_in_common() -> None:
    register = Register(0)
    overlap = carried_overlap(register, falling_square(), None, CPU)
    assert overlap.item() == pytest.approx(2 * 4 * 8 / (64 + 64))
    assert register.seen == [(2, 0), (0, 2)]


def test_the_overlap_pulls_towards_the_motion() -> None:
    """A pixel more and a row of 8 more is in common: 2 * 8 / 128 a pixel, in both directions."""
    dy = torch.tensor(1.0, requires_grad=True)
    carried_overlap(Scaled(dy), falling_square(), 1, CPU).backward()
    # Two steps: a pixel more a step is two pixels more in all.
    assert dy.grad.item() == pytest.approx(2 * 2 * 8 / 128)


class Scaled:
    """As Register, with a motion that can be learnt."""

    def __init__(self, dy: torch.Tensor) -> None:
        self.dy = dy

    def __call__(self, pairs: torch.Tensor) -> torch.Tensor:
        known = Register(1)(pairs)
        return known * self.dy


def noisy_pairs() -> np.ndarray:
    """The square at ES and at ED; the same with a fixed frame that nobody knows the labels of."""
    at_ed, at_es = falling_square().labels
    return np.stack(((at_es, at_ed), (np.zeros_like(at_es), at_ed)))


def test_the_moving_labels_go_where_the_fixed_ones_are() -> None:
    dvf = torch.zeros(2, 2, 32, 32)
    assert noisy_overlap(dvf, noisy_pairs()).item() == pytest.approx(2 * 4 * 8 / (64 + 64))
    # What ES shows was four pixels higher at ED.
    dvf[:, 0] = -4
    assert noisy_overlap(dvf, noisy_pairs()).item() == pytest.approx(1)


def test_pairs_of_unknown_labels_do_not_count() -> None:
    dvf = torch.zeros(1, 2, 32, 32)
    assert noisy_overlap(dvf, noisy_pairs()[1:]).item() == 0


def test_a_teacher_must_have_labelled_every_clip() -> None:
    labelled = replace(falling_square(), noisy_labels=np.ones((3, 32, 32), np.uint8))
    check_noisy_labels([labelled])
    with pytest.raises(InputError, match=r"square: .*noisy_labels_weight is above 0"):
        check_noisy_labels([labelled, falling_square()])


def test_somebody_must_have_masks() -> None:
    clips = [falling_square(), falling_square(labelled=False)]
    assert labelled_clips(clips) == clips[:1]
    with pytest.raises(InputError, match="supervision_weight is above 0, but no training sequence"):
        labelled_clips(clips[1:])
