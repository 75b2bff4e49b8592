import math

import numpy as np
import pytest
import surface_distance
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from medpy.metric import binary as medpy
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance
from scipy.ndimage import gaussian_filter
from tests.shapes import box

from echoweave.geometry.surfaces import border_points, surface_distances

MEASURES = ("hd", "hd95", "mad", "pooled_mean", "rms")
spacings = st.tuples(st.floats(0.1, 2.0), st.floats(0.1, 2.0))
SPACING = (0.5, 0.25)
RECTANGLE = box((7, 7), 2, 2, 3, 3)


def blob(seed: int, off_the_edge: bool = True) -> np.ndarray:
    """A random shape of one or more pieces, which may reach the image's edge if it is let."""
    noise = np.random.default_rng(seed).normal(size=(48, 40))
    smooth = gaussian_filter(noise, 4.0)
    if off_the_edge:
        smooth[:3], smooth[-3:], smooth[:, :3], smooth[:, -3:] = -9, -9, -9, -9
    return smooth > np.quantile(smooth, 0.7)


def test_shifted_square_has_the_shift_as_its_distances():
    # Moved by 3 columns of 0.5 mm: the far sides are 1.5 mm apart, as is every row's end.
    ours, theirs = box((20, 20), 5, 4, 6, 6), box((20, 20), 5, 7, 6, 6)

    found = surface_distances(ours, theirs, (1.0, 0.5))

    assert found.hd == 1.5


def test_hand_computed_from_single_pixels():
    # One pixel against two: distances 3 mm one way, 3 mm and 5 mm the other.
    ours, theirs = np.zeros((2, 10, 10), bool)
    ours[5, 1] = theirs[5, 4] = theirs[9, 4] = True
    found = surface_distances(ours, theirs, (1.0, 1.0))

    assert found.to_reference.tolist() == [3.0]
    assert found.to_prediction.tolist() == [3.0, 5.0]
    assert found.hd == 5.0
    assert found.mad == (3.0 + 4.0) / 2
    assert found.pooled_mean == pytest.approx(11 / 3)
    assert found.rms == pytest.approx(math.sqrt(43 / 3))
    assert found.hd95 == pytest.approx(4.8)


def test_border_is_what_touches_the_outside_by_a_side():
    points = border_points(box((9, 9), 2, 3, 4, 5), (2.0, 1.0))

    assert len(points) == 4 * 5 - 2 * 3
    assert points.min(axis=0).tolist() == [4.0, 3.0]
    assert points.max(axis=0).tolist() == [10.0, 7.0]


def test_beyond_the_image_is_outside():
    full = np.ones((4, 5), bool)
    assert len(border_points(full, (1, 1))) == 4 * 5 - 2 * 3


@pytest.mark.parametrize("measure", MEASURES)
def test_empty_masks_have_no_distance(measure):
    mask, empty = box((8, 8), 2, 2, 3, 3), np.zeros((8, 8), bool)
    for pair in ((mask, empty), (empty, mask), (empty, empty)):
        assert math.isnan(getattr(surface_distances(*pair, (1.0, 1.0)), measure))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), spacings, st.booleans())
def test_equals_medpy(seed, spacing, off_the_edge):
    ours, theirs = blob(seed, off_the_edge), blob(seed + 1, off_the_edge)
    found = surface_distances(ours, theirs, spacing)

    directed = medpy.asd(ours, theirs, spacing), medpy.asd(theirs, ours, spacing)
    assert found.hd == pytest.approx(medpy.hd(ours, theirs, spacing), abs=1e-6)
    assert found.hd95 == pytest.approx(medpy.hd95(ours, theirs, spacing), abs=1e-6)
    assert found.pooled_mean == pytest.approx(medpy.assd(ours, theirs, spacing), abs=1e-6)
    assert found.mad == pytest.approx(np.mean(directed), abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), spacings)
def test_equals_monai_but_for_its_percentile(seed, spacing):
    ours, theirs = blob(seed), blob(seed + 1)
    pair = [torch.from_numpy(mask[None, None].astype(np.float32)) for mask in (ours, theirs)]
    keys = {"include_background": True, "spacing": spacing}
    found = surface_distances(ours, theirs, spacing)

    assert found.hd == pytest.approx(compute_hausdorff_distance(*pair, **keys).item(), abs=1e-4)
    mean = compute_average_surface_distance(*pair, symmetric=True, **keys).item()
    assert found.pooled_mean == pytest.approx(mean, abs=1e-4)
    # MONAI's HD95 is the larger of the two directed percentiles; ours, like MedPy's above, pools
    # both directions. Interpolated, it need not even lie between the directed ones.
    theirs_95 = compute_hausdorff_distance(*pair, percentile=95, **keys).item()
    directed = [np.percentile(one, 95) for one in (found.to_reference, found.to_prediction)]
    assert max(directed) == pytest.approx(theirs_95, abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), spacings)
def test_differs_from_deepmind_by_less_than_a_pixel(seed, spacing):
    # DeepMind's border runs between the pixels and weighs each point with its length.
    ours, theirs = blob(seed), blob(seed + 1)
    found = surface_distances(ours, theirs, spacing)
    deepmind = surface_distance.compute_surface_distances(theirs, ours, spacing)

    pixel = math.hypot(*spacing)
    hd = surface_distance.compute_robust_hausdorff(deepmind, 100)
    mean = np.mean(surface_distance.compute_average_surface_distance(deepmind))
    assert abs(found.hd - hd) < pixel
    assert abs(found.mad - mean) < pixel


def test_hausdorff_of_nested_squares_is_the_way_between_their_corners():
    inner, outer = np.zeros((2, 20, 20), bool)
    inner[8:12, 8:12] = outer[5:15, 5:15] = True
    assert surface_distances(inner, outer, SPACING).hd == pytest.approx(3 * math.hypot(0.5, 0.25))


def test_hausdorff_takes_the_worse_direction():
    speck = np.zeros_like(RECTANGLE)
    speck[2, 2] = True
    # From the speck's pixel the rectangle is 0 away; from the far corner the speck is 2 pixels.
    assert surface_distances(RECTANGLE, speck, SPACING).hd == pytest.approx(math.hypot(1.0, 0.5))


def test_hausdorff_of_an_empty_mask_is_nan():
    assert math.isnan(surface_distances(RECTANGLE, np.zeros_like(RECTANGLE), SPACING).hd)
