from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from echoweave.io.cache import write_patient
from echoweave.io.images import write_sequence
from echoweave.registration.pairs import (
    FramePairs,
    PreparedSequence,
    draw_pairs,
    load_sequences,
    ordered_pairs,
    trusted_labels,
)
from tests.registration.conftest import growing_disc

CLIP_LENGTHS = [3, 12]


def numbered_clips() -> list[PreparedSequence]:
    """Clips whose pixels say which clip and frame they are of: 100 * clip + frame."""
    return [
        PreparedSequence(
            f"clip{number}",
            np.add.outer(np.arange(length), np.full((2, 2), 100 * number)).astype(np.uint8),
            np.full((2, 2), number, np.uint8),
            0,
            length - 1,
            None,
        )
        for number, length in enumerate(CLIP_LENGTHS)
    ]


def drawn(count: int, gap: int | None) -> list[tuple[int, int, int]]:
    pairs = draw_pairs(numbered_clips(), count, gap, (1, 2))
    return [tuple(int(images[i, 0, 0]) for images in pairs[:3]) for i in range(count)]


def test_three_frames_have_six_ordered_pairs_and_four_neighbours() -> None:
    assert ordered_pairs(3, None) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    assert ordered_pairs(3, 1) == [(0, 1), (1, 0), (1, 2), (2, 1)]


def test_both_frames_and_the_sector_are_of_one_sequence() -> None:
    assert all(fixed // 100 == moving // 100 == clip for fixed, moving, clip in drawn(200, None))


def test_frames_are_never_further_apart_than_the_gap() -> None:
    gaps = {abs(fixed - moving) for fixed, moving, _ in drawn(300, 4)}
    assert gaps == {1, 2, 3, 4}


def test_without_a_gap_every_pair_comes_up() -> None:
    assert len({pair[:2] for pair in drawn(3000, None)}) == 3 * 2 + 12 * 11


def test_short_sequences_are_drawn_as_often_as_long_ones() -> None:
    counts = Counter(clip for _, _, clip in drawn(2000, None))
    assert abs(counts[0] - counts[1]) < 200


def test_the_same_seed_draws_the_same_pairs() -> None:
    clips = numbered_clips()
    once, again, other = (draw_pairs(clips, 9, None, seed) for seed in ((1, 2), (1, 2), (1, 3)))
    np.testing.assert_array_equal(once.fixed, again.fixed)
    assert (once.fixed != other.fixed).any()


def test_clips_are_held_as_uint8_at_the_size_of_the_network(caches, settings) -> None:
    clips = load_sequences(caches[:2], settings)
    assert [clip.name for clip in clips] == ["patient0001_4CH", "patient0002_4CH"]
    assert clips[0].frames.dtype == np.uint8
    assert clips[0].frames.shape == (4, 32, 32)
    assert clips[0].labels.shape == (2, 32, 32)


def test_pairs_go_both_ways() -> None:
    fixed, moving, sector = (np.full((2, 1, 1), value, np.uint8) for value in (1, 2, 3))
    both = FramePairs(fixed, moving, sector).both_ways()
    assert [images.ravel().tolist() for images in both[:3]] == [
        [1, 1, 2, 2],
        [2, 2, 1, 1],
        [3] * 4,
    ]


def test_labels_go_with_their_frames() -> None:
    clips = [replace(clip, noisy_labels=clip.frames) for clip in numbered_clips()]
    pairs = draw_pairs(clips, 5, None, (1, 2))
    both = pairs.both_ways()
    frames = np.stack((both.fixed, both.moving), axis=1)
    np.testing.assert_array_equal(both.noisy_labels, frames)
    batches = list(both.batches(4))
    assert [len(batch.fixed) for batch in batches] == [4, 4, 2]
    np.testing.assert_array_equal(batches[2].noisy_labels, frames[8:])
    untaught = draw_pairs(numbered_clips(), 3, None, (1, 2)).batches(2)
    assert [batch.noisy_labels for batch in untaught] == [None, None]


def test_a_teachers_labels_give_way_to_masks_and_to_doubt(caches, settings, tmp_path: Path) -> None:
    echo = replace(growing_disc("patient0001", 1), label_values=(0, 1))
    predicted = np.ones_like(echo.frames)
    predicted[2] = 0
    trusted = trusted_labels(echo, predicted)
    np.testing.assert_array_equal(trusted[[0, 3]], echo.labels)
    assert trusted[1].all()
    # With a second structure to find, the teacher's frames lack it, and the masks do as well.
    assert not trusted_labels(replace(echo, label_values=(0, 1, 2)), predicted).any()
    assert predicted[0].all(), "not in place"
    write_patient(caches[0], [echo])
    write_sequence(tmp_path / "patient0001_4CH.nii.gz", predicted, echo.spacing)
    (clip,) = load_sequences(caches[:1], replace(settings, size=64), tmp_path)
    assert clip.noisy_labels is not None
    assert [clip.noisy_labels[1].all(), clip.noisy_labels[2].any()] == [True, False]
    np.testing.assert_array_equal(clip.noisy_labels[[0, 3]], clip.labels)


def test_the_similarity_leaves_out_the_rim_of_the_sector(tmp_path: Path, settings) -> None:
    disc = growing_disc("patient0001", 1)
    frames = disc.frames.copy()
    frames[:, :, :6] = frames[:, :, 26:] = 0
    write_patient(tmp_path / "patient0001.h5", [replace(disc, frames=frames)])
    (whole,), (inner,) = (
        load_sequences([tmp_path / "patient0001.h5"], replace(settings, rim_share=share))
        for share in (0, 0.1)
    )
    assert np.flatnonzero(whole.sector[16]).tolist() == list(range(6, 26))
    assert np.flatnonzero(inner.sector[16]).tolist() == list(range(8, 24))
    assert np.array_equal(inner.frames, whole.frames)
