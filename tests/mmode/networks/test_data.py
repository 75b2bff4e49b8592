import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.io.png import write_grey
from echoweave.mmode.networks.data import (
    JUDGED_JITTER,
    MASKED_JITTER,
    Jitter,
    WindowSet,
    batches,
    read_judged_set,
    read_masked_set,
    varied,
)
from tests.mmode.networks.heart_windows import band, write_bands, write_judged

STILL = Jitter(False, 0, 0, 0, 1, 1)


def bands(count):
    pictures, masks = zip(*(band(seed, 64) for seed in range(count)), strict=True)
    names = [f"a_{seed}" for seed in range(count)]
    return WindowSet(names, np.stack(pictures), (np.stack(masks) > 0).astype(np.uint8))


def test_windows_of_any_size_are_brought_to_one(tmp_path):
    write_bands(tmp_path, "a", side=32, each=1)
    write_bands(tmp_path, "b", side=64, each=1)
    windows = read_masked_set(tmp_path, 32)
    assert windows.names == ["a_rec_w000", "b_rec_w000"]
    assert windows.pictures.shape == windows.targets.shape == (2, 32, 32)
    assert set(np.unique(windows.targets)) == {0, 1}
    assert windows.targets.mean(axis=(1, 2)) == pytest.approx([0.4, 0.4], abs=0.04)


def test_good_windows_are_ones(tmp_path):
    windows = read_judged_set(write_judged(tmp_path, "a"), 32)
    assert windows.targets.tolist() == [1, 1, 0, 0]


def test_masks_without_any_lumen(tmp_path):
    for part in ("img", "mask"):
        write_grey(tmp_path / f"{part}/a_1.png", np.zeros((8, 8), np.uint8))
    with pytest.raises(InputError, match="mask: no mask holds any lumen"):
        read_masked_set(tmp_path, 32)


def test_every_window_is_in_one_batch_and_the_last_is_not_dropped():
    windows = bands(5)
    found = list(batches(windows, 2, np.array([4, 3, 2, 1, 0])))
    assert [one.names for one in found] == [["a_4", "a_3"], ["a_2", "a_1"], ["a_0"]]
    assert np.array_equal(found[2].pictures[0], windows.pictures[0])


def test_a_mask_moves_with_its_picture():
    windows = bands(6)
    # The mask itself as picture: after one transform both say the same up to the border.
    windows = windows._replace(pictures=255 * windows.targets)
    moved = varied(windows, MASKED_JITTER, np.random.default_rng(1))
    share = np.mean((moved.pictures > 127) == (moved.targets > 0))
    assert share > 0.985
    assert np.mean(moved.targets == windows.targets) < 0.9
    assert set(np.unique(moved.targets)) == {0, 1}


@pytest.mark.parametrize(
    ("jitter", "row", "column"),
    [
        (STILL, 8, 20),
        # The middle is 31.5: 23.5 rows above it become 11.75, 11.5 columns 5.75.
        (STILL._replace(smallest=0.5, largest=0.5), 20, 26),
    ],
)
def test_a_move_is_around_the_middle(jitter, row, column):
    picture = np.zeros((1, 64, 64), np.uint8)
    picture[0, 8:10, 20:22] = 200
    window = WindowSet(["a"], picture, np.zeros(1, np.uint8))
    moved = varied(window, jitter, np.random.default_rng(1)).pictures[0]
    assert moved[row, column] > 100
    assert np.count_nonzero(moved) <= 4


def test_windows_that_are_judged_are_never_turned_round_and_move_little_in_depth():
    row = np.repeat(np.arange(64, dtype=np.uint8)[None, :, None] * 3, 64, axis=2)
    column = row.swapaxes(1, 2)
    windows = WindowSet(["a"] * 40, np.concatenate([row, column] * 20), np.zeros(40, np.uint8))
    moved = varied(windows, JUDGED_JITTER, np.random.default_rng(2)).pictures.astype(int)
    middle = moved[:, 31:33, 31:33].mean(axis=(1, 2)) / 3 - 31.5
    depth, time = middle[::2], middle[1::2]
    # Seen enlarged or made smaller, by .8 at most.
    assert np.abs(depth).max() <= 0.05 * 64 / 0.8
    assert 0.05 * 64 / 0.8 < np.abs(time).max() <= 0.2 * 64 / 0.8
    assert (np.diff(moved[1::2, 32], axis=1) >= 0).all()
