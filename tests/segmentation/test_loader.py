from typing import Any, ClassVar

import numpy as np
import pytest

from echoweave.segmentation.loader import AnyFrameLoader, ClipLoader, cut_out, first_frame

IGNORED = 2


class Cases:
    """Cases in memory that stand where nnU-Net's data set does."""

    def __init__(self, cases: dict[str, tuple[Any, Any]]) -> None:
        self.identifiers = list(cases)
        self._cases = cases

    def load_case(self, key: str) -> tuple[Any, Any, None, dict[str, Any]]:
        data, seg = self._cases[key]
        locations = {1: np.argwhere(seg == 1), (-1, 0, 1): np.argwhere(seg != IGNORED)}
        return data, seg, None, {"class_locations": locations}


class Labels:
    """nnU-Net's label manager of a data set with the cavity and the ignore label."""

    all_labels: ClassVar[list[int]] = [0, 1]
    has_ignore_label = True


def clip(n_frames: int, labelled: tuple[int, ...]) -> tuple[Any, Any]:
    """Return frames whose grey value is their number, with a cavity of 4 x 4 where labelled."""
    data = np.zeros((1, n_frames, 12, 12), np.float32) + np.arange(n_frames)[:, None, None]
    seg = np.full((1, n_frames, 12, 12), IGNORED, np.int8)
    for frame in labelled:
        seg[0, frame] = 0
        seg[0, frame, 4:8, 4:8] = 1
    return data, seg


def batches(case: tuple[Any, Any], kind: type[ClipLoader] = ClipLoader, n: int = 40) -> Any:
    np.random.seed(3)  # noqa: NPY002
    loader = kind(Cases({"one": case}), 2, (4, 12, 12), (4, 12, 12), Labels())
    found = [next(loader) for _ in range(n)]
    data = np.concatenate([batch["data"] for batch in found])[:, 0, :, 0, 0]
    seg = np.concatenate([batch["target"] for batch in found])[:, 0]
    return data.astype(int), (seg != IGNORED).any(axis=(2, 3))


def test_every_patch_holds_a_labelled_frame_at_any_place() -> None:
    _, labelled = batches(clip(10, labelled=(0, 9)))
    assert labelled.any(axis=1).all()
    assert set(np.argmax(labelled, axis=1)) == {0, 1, 2, 3}


def test_a_half_cycle_goes_on_beyond_its_ends_with_its_own_frames_that_no_loss_counts() -> None:
    """nnU-Net's own loader pads with background there, from which ES learns to be empty."""
    frames, labelled = batches(clip(10, labelled=(0, 9)))
    seen = {tuple(patch) for patch in frames.tolist()}
    assert {(3, 2, 1, 0), (2, 1, 0, 1), (0, 1, 2, 3), (9, 8, 7, 6), (6, 7, 8, 9)} <= seen
    assert (labelled.sum(axis=1) == 1).all(), "the frames beyond the ends have no labels"


def test_patches_of_a_whole_clip_lie_inside_it() -> None:
    frames, labelled = batches(clip(12, labelled=(1, 7)))
    assert (np.diff(frames, axis=1) == 1).all()
    assert labelled.any(axis=1).all()
    # ED, the second frame, can be the first or second of a patch; ES any one.
    place = np.argmax(labelled, axis=1)
    assert set(place[frames[:, 0] < 2]) == {0, 1}
    assert set(place[frames[:, 0] >= 2]) == {0, 1, 2, 3}


def test_a_clip_shorter_than_a_patch_goes_on_as_well() -> None:
    frames, _ = batches(clip(3, labelled=(0, 1, 2)))
    assert set(np.unique(frames)) == {0, 1, 2}


def test_without_labels_every_frame_counts_alike() -> None:
    frames, labelled = batches(clip(30, labelled=(0, 29)), AnyFrameLoader, n=200)
    assert (np.diff(frames, axis=1) == 1).all()
    assert labelled.any(axis=1).mean() < 0.3
    assert set(np.unique(frames)) == set(range(30))


def test_in_the_frame_a_patch_never_leaves_the_picture() -> None:
    np.random.seed(1)  # noqa: NPY002
    data, seg = clip(8, labelled=(0, 7))
    data[...] = np.arange(12)
    loader = ClipLoader(Cases({"one": (data + 1, seg)}), 2, (4, 6, 6), (4, 6, 6), Labels())
    for _ in range(20):
        batch = next(loader)
        assert batch["data"].shape == (2, 1, 4, 6, 6)
        assert (batch["data"] > 0).all()


@pytest.mark.parametrize(("frame", "starts"), [(0, {-2, -1, 0}), (4, {2, 3, 4})])
def test_where_a_patch_of_three_frames_may_start_in_a_half_cycle(
    frame: int, starts: set[int]
) -> None:
    np.random.seed(2)  # noqa: NPY002
    found = {first_frame(frame, np.array([0, 4]), 5, 3) for _ in range(60)}
    assert found == starts


def test_what_lies_outside_of_a_case_is_filled() -> None:
    array = np.arange(2 * 3 * 3).reshape(1, 2, 3, 3)
    found = cut_out(array, np.array([1, 0, 1]), [(-1, 2), (1, 4)], fill=-5)
    assert found.shape == (1, 3, 3, 3)
    assert found[0, 0].tolist() == [[-5, -5, -5], [10, 11, -5], [13, 14, -5]]
    assert found[0, 1].tolist() == [[-5, -5, -5], [1, 2, -5], [4, 5, -5]]
