"""Virtual strips of a cache of sequences, put into the wing's own cache."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.labels import CAVITY
from echoweave.mmode.strip import LUMEN, UNKNOWN
from echoweave.mmode.study.sequences import store_virtual_strips, with_assumed_rate
from echoweave.mmode.study.store import StoredStrip, load_strip
from tests.mmode.hearts import sine_strip
from tests.shapes import half_ellipse

# Half widths in mm from ED to ES; 60 mm long, 1 mm a pixel.
RADII = (20.0, 18.0, 15.0, 12.0)


def sequence(view: str = "4CH", **changes: object) -> EchoSequence:
    masks = [half_ellipse(radius, 60.0, (1.0, 1.0), 0) for radius in RADII]
    dense = CAVITY * np.array(masks, np.uint8)
    shape = (dense.shape[1], dense.shape[2])
    whole = EchoSequence(
        patient="patient0001",
        view=view,
        # Each frame has a grey of its own.
        frames=np.arange(60, 140, 20, dtype=np.uint8)[:, None, None] + 0 * dense,
        ed=0,
        es=3,
        spacing=(1.0, 1.0),
        native_shape=shape,
        native_spacing=(1.0, 1.0),
        labels=dense[[0, 3]],
        dense_labels=dense,
        dense_label_values=(0, 1),
        frame_rate_hz=50.0,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def stored(folder: Path, *sequences: EchoSequence) -> list[StoredStrip]:
    """The strips of one patient, read back."""
    write_patient(folder / "patient0001.h5", sequences)
    files = [folder / "strips" / f"{one.name}.h5" for one in sequences]
    files[0].parent.mkdir(exist_ok=True)
    cache = folder / "patient0001.h5"
    store_virtual_strips([cache], {"patient0001": "testing"}, 1 / 3, 30.0, files)
    return [load_strip(file) for file in files]


def widths(one: StoredStrip) -> list[float]:
    """Of the lumen in mm; NaN where nothing is known."""
    mask = one.strip.mask
    assert mask is not None
    known = (mask != UNKNOWN).all(axis=0)
    return np.where(known, (mask == LUMEN).sum(axis=0), np.nan).tolist()


def greys(one: StoredStrip) -> list[int]:
    return [int(value) for value in one.strip.pixels.max(axis=0)]


def test_a_view_without_masks_is_passed_over(tmp_path: Path) -> None:
    labelled = sequence("2CH")
    bare = sequence("4CH", labels=None, dense_labels=None)
    write_patient(tmp_path / "patient0001.h5", [labelled, bare])
    file = tmp_path / "patient0001_2CH.h5"
    caches = [tmp_path / "patient0001.h5"]
    store_virtual_strips(caches, {"patient0001": "testing"}, 1 / 3, 30.0, [file])
    assert load_strip(file).name == "patient0001_2CH"


def test_every_view_of_a_patient_is_a_strip(tmp_path: Path) -> None:
    first, second = stored(tmp_path, sequence("2CH"), sequence("4CH"))
    assert (first.name, second.name) == ("patient0001_2CH", "patient0001_4CH")
    for one in (first, second):
        assert (one.animal, one.kind, one.split) == ("patient0001", "virtual", "testing")
        assert (one.species, one.mass_g) == ("human", None)
        assert (one.strip.mm_per_row, one.strip.ms_per_column) == (1.0, 20.0)
    # A third up its length an ellipse is sqrt(8) / 3 of its width at the base; a pixel is 1 mm.
    expected = [2 * radius * 8**0.5 / 3 for radius in RADII]
    assert widths(first) == pytest.approx(expected, abs=1.5)


def test_time_runs_forward_whatever_the_order_of_the_frames(tmp_path: Path) -> None:
    forward, turned = stored(tmp_path, sequence("2CH"), sequence("4CH", phase="diastole"))
    assert greys(forward) == [60, 80, 100, 120]
    assert greys(turned) == [120, 100, 80, 60]
    assert widths(turned) == widths(forward)[::-1]


def test_masks_at_ed_and_es_alone_stay_where_they_were_drawn(tmp_path: Path) -> None:
    forward, turned = stored(
        tmp_path,
        sequence("2CH", dense_labels=None),
        sequence("4CH", dense_labels=None, phase="diastole"),
    )
    assert widths(forward)[0] > widths(forward)[3] > 0
    assert np.isnan(widths(forward)[1:3]).all()
    assert widths(turned)[0] < widths(turned)[3]


def test_what_the_sequence_does_not_tell_is_assumed_and_said(tmp_path: Path) -> None:
    (one,) = stored(tmp_path, sequence(frame_rate_hz=float("nan"), unit="px"))
    assert one.strip.mm_per_row is None
    assert one.strip.ms_per_column == pytest.approx(1000 / 30)
    said = "the frame rate is unknown: 30 frames a second are assumed"
    assert one.strip.notes[-1] == said
    known = sine_strip()
    assert with_assumed_rate(known, 30.0) is known


def test_a_sequence_without_a_cavity_is_named(tmp_path: Path) -> None:
    empty = sequence(labels=None, dense_labels=None)
    with pytest.raises(InputError, match="patient0001_4CH: labels: no mask shows the cavity of"):
        stored(tmp_path, empty)
