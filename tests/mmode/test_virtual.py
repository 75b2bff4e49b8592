"""Virtual M-mode: strips across hearts whose widths are known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.errors import InputError
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.labels import CAVITY, MYOCARDIUM
from echoweave.mmode.strip import LUMEN, OUTSIDE, UNKNOWN
from echoweave.mmode.study.sequences import read_virtual_strip, strip_of_sequence
from echoweave.mmode.virtual import find_long_axes, virtual_strip
from echoweave.phantom.clip import Recording, record
from echoweave.phantom.patient import View, draw_patient
from echoweave.phantom.sector import Sector
from tests.shapes import half_ellipse

SPACING = (0.5, 0.25)
# Half widths of an ellipse, mm, of three frames; it is 80 mm long.
RADII = (25.0, 20.0, 16.0)


def tilted(degrees: float) -> NDArray[np.uint8]:
    """Three frames of a cavity in a wall of 6 mm."""
    cavities = [half_ellipse(radius, 80.0, SPACING, degrees) for radius in RADII]
    hearts = [half_ellipse(radius + 6, 86.0, SPACING, degrees) for radius in RADII]
    frames = [
        np.select([inside, heart], [CAVITY, MYOCARDIUM], 0)
        for inside, heart in zip(cavities, hearts, strict=True)
    ]
    return np.array(frames, np.uint8)


def lumen_mm(mask: NDArray[np.uint8], mm_per_row: float | None) -> NDArray[np.float64]:
    assert mm_per_row is not None
    return np.asarray((mask == LUMEN).sum(axis=0) * mm_per_row)


@pytest.mark.parametrize("degrees", [0, -25, 30])
def test_the_width_of_a_tilted_ellipse(degrees: float) -> None:
    labels = tilted(degrees)
    masks = dict(enumerate(labels))
    axes = find_long_axes(masks, 3, SPACING)
    strip = virtual_strip(labels * 100, axes, masks, SPACING, frame_rate_hz=50.0, height=0.4)
    assert strip.mm_per_row == 0.25
    assert strip.ms_per_column == 20.0
    # At 0.4 of the length an ellipse is sqrt(1 - 0.16) of its width at the base.
    expected = 2 * np.array(RADII) * np.sqrt(0.84)
    assert strip.mask is not None
    assert lumen_mm(strip.mask, 0.25) == pytest.approx(expected, abs=0.4)
    # The widest cavity and 0.4 of it on either side, which is more than a wall.
    assert len(strip.pixels) * 0.25 == pytest.approx(1.8 * expected[0], abs=0.5)
    walls = (strip.pixels > 150) & (strip.mask == OUTSIDE)
    middle = len(walls) // 2
    assert (walls[:middle].sum(axis=0) * 0.25 > 5).all()
    assert (walls[middle:].sum(axis=0) * 0.25 > 5).all()
    assert not strip.pixels[[0, -1]].any()


def test_rows_run_from_the_left_of_the_image_to_its_right() -> None:
    labels = tilted(10)
    frames = np.zeros_like(labels)
    frames[:, :, : frames.shape[2] // 2] = 200
    masks = dict(enumerate(labels))
    strip = virtual_strip(frames, find_long_axes(masks, 3, SPACING), masks, SPACING)
    assert (strip.pixels[0] == 200).all()
    assert (strip.pixels[-1] == 0).all()
    # Nothing is known of the frame rate.
    assert strip.ms_per_column is None
    assert strip.sources == {"mm_per_row": "spacing of the frames"}


def test_between_two_masks_the_axis_moves_evenly_and_beyond_them_it_stays() -> None:
    upright, leaning = tilted(0)[0], tilted(20)[0]
    axes = find_long_axes({1: upright, 3: leaning}, 6, SPACING)
    np.testing.assert_allclose(axes[2], (axes[1] + axes[3]) / 2)
    np.testing.assert_array_equal(axes[0], axes[1])
    np.testing.assert_array_equal(axes[5], axes[3])
    strip = virtual_strip(
        np.zeros((6, *upright.shape), np.uint8), axes, {1: upright, 3: leaning}, SPACING
    )
    assert strip.mask is not None
    known = (strip.mask != UNKNOWN).all(axis=0)
    assert known.tolist() == [False, True, False, True, False, False]
    assert (strip.mask[:, ~known] == UNKNOWN).all()


def test_without_a_cavity_or_with_the_line_off_it_there_is_no_strip() -> None:
    nothing = np.zeros((3, 60, 60), np.uint8)
    with pytest.raises(ValueError, match="no mask shows the cavity"):
        find_long_axes(dict(enumerate(nothing)), 3, SPACING)
    axes = find_long_axes({0: tilted(0)[0]}, 3, SPACING)
    with pytest.raises(ValueError, match="meets no cavity"):
        virtual_strip(nothing, axes, dict(enumerate(nothing)), SPACING)
    with pytest.raises(ValueError, match="not from 0 to 1"):
        virtual_strip(nothing, axes, {}, SPACING, height=1.0)


# Pixels of 0.26 x 0.52 mm.
PATIENT = draw_patient(seed=11, number=2, size=(560, 346), frames=(4, 4))


@pytest.fixture(scope="module", params=[0, 1], ids=["2CH", "4CH"])
def heart(request: pytest.FixtureRequest) -> tuple[View, Recording]:
    view = PATIENT.views[request.param]
    return view, record(view, PATIENT.sector, beats=1)


def sequence_of(view: View, clip: Recording) -> EchoSequence:
    shape = (clip.frames.shape[1], clip.frames.shape[2])
    return EchoSequence(
        patient=PATIENT.name,
        view=view.name,
        frames=clip.frames,
        ed=0,
        es=view.n_systole - 1,
        spacing=clip.spacing_mm,
        native_shape=shape,
        native_spacing=clip.spacing_mm,
        labels=clip.labels[[0, view.n_systole - 1]],
        dense_labels=clip.labels,
        dense_label_values=(0, 1, 2, 3),
        phase="cycle",
        frame_rate_hz=view.frame_rate_hz,
    )


def analytic_width(
    view: View, sector: Sector, axis: NDArray[np.float64], contraction: float
) -> float:
    """The cavity on the line a third up this axis, of the analytic heart in steps of 0.01 mm."""
    (base_y, base_x), (apex_y, apex_x) = axis
    up = np.array([apex_x - base_x, apex_y - base_y])
    across = np.array([-up[1], up[0]]) / np.hypot(*up)
    at = np.arange(-60, 60, 0.01)
    x0, y0 = (grid[0, 0] for grid in sector.pixel_centres())
    x = x0 + base_x + up[0] / 3 + at * across[0]
    y = y0 + base_y + up[1] / 3 + at * across[1]
    r, z = view.motion.backward(*view.pose.to_axis(x, y), contraction)
    return 0.01 * int((view.motion.anatomy.labels(r, z) == CAVITY).sum())


def test_diameters_of_the_phantom_are_those_of_the_analytic_heart(
    heart: tuple[View, Recording],
) -> None:
    view, clip = heart
    strip = strip_of_sequence(sequence_of(view, clip))
    assert strip.mask is not None
    axes = find_long_axes(dict(enumerate(clip.labels)), len(clip.labels), clip.spacing_mm)
    es = view.n_systole - 1
    expected = [analytic_width(view, PATIENT.sector, axes[t], c) for t, c in ((0, 0.0), (es, 1.0))]
    measured = lumen_mm(strip.mask, strip.mm_per_row)
    assert strip.mm_per_row == pytest.approx(0.26, abs=0.001)
    # The masks know each border to half of a pixel.
    assert measured[[0, es]] == pytest.approx(expected, abs=0.52)
    assert expected[0] - expected[1] > 5
    assert measured.argmin() in range(es - 1, es + 2)


def test_time_runs_forward_where_a_sequence_shows_the_filling(
    heart: tuple[View, Recording],
) -> None:
    view, clip = heart
    filling = slice(view.n_systole - 1, None)
    turned = replace(
        sequence_of(view, clip),
        frames=clip.frames[filling][::-1],
        dense_labels=clip.labels[filling][::-1],
        labels=clip.labels[[-1, view.n_systole - 1]],
        ed=0,
        es=view.n_diastole,
        phase="diastole",
    )
    dense = strip_of_sequence(turned)
    assert dense.mask is not None
    widths = lumen_mm(dense.mask, dense.mm_per_row)
    assert widths[-1] - widths[0] > 5
    sparse = strip_of_sequence(replace(turned, dense_labels=None))
    assert sparse.mask is not None
    assert np.flatnonzero((sparse.mask != UNKNOWN).all(axis=0)).tolist() == [0, view.n_diastole]
    widths = lumen_mm(sparse.mask, sparse.mm_per_row)
    assert widths[-1] - widths[0] > 5


def test_a_whole_clip_is_chosen_where_it_has_masks(
    tmp_path: Path, heart: tuple[View, Recording]
) -> None:
    view, clip = heart
    cycle = sequence_of(view, clip)
    half = replace(
        cycle,
        frames=clip.frames[: view.n_systole],
        dense_labels=clip.labels[: view.n_systole],
        phase="systole",
    )
    path = tmp_path / "patient0002.h5"
    write_patient(path, [half], [cycle])
    assert read_virtual_strip(path, view.name).pixels.shape[1] == len(clip.frames)
    write_patient(path, [half], [replace(cycle, labels=None, dense_labels=None)])
    assert read_virtual_strip(path, view.name).pixels.shape[1] == view.n_systole
    write_patient(path, [replace(half, labels=None, dense_labels=None)])
    with pytest.raises(InputError, match=f"patient0002_{view.name}: labels: no mask shows"):
        read_virtual_strip(path, view.name)
