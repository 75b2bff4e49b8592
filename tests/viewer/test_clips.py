import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from echoweave.segmentation.arms import ARMS
from echoweave.viewer.clips import reference_layer, sequence_content
from echoweave.viewer.page import LABELS

from .study import make_clip, make_labels


def test_areas_are_in_square_centimetres_and_unknown_where_there_is_no_mask() -> None:
    clip = sequence_content(make_clip("patient0001", "Good"), {"fused": list(make_labels())})
    # A pixel has 2 mm2: 200 pixels are 4 cm2.
    assert clip["layers"]["fused"]["areas"]["cavity"] == [4.0, 3.6, 3.2, 2.8]
    assert clip["layers"]["reference"]["areas"]["cavity"] == [4.0, None, None, 2.8]


def test_a_cavity_without_a_size_of_pixels_is_shown_in_px() -> None:
    clip = make_clip("patient0001", "", label_values=(0, 1), unit="px")
    layer = sequence_content(clip, {"fused": list(clip.labels)})["layers"]["fused"]
    # 10 x 20 pixels of 2 x 1 native ones at ED, 10 x 14 at ES.
    assert layer["areas"] == {"cavity": [400.0, 280.0]}
    assert [len(frame) for frame in layer["outlines"]] == [1, 1]


def test_outlines_by_frame_and_label() -> None:
    clip = sequence_content(make_clip("patient0001", "Good"), {})
    outlines = clip["layers"]["reference"]["outlines"]
    assert [frame is not None for frame in outlines] == [True, False, False, True]
    cavity, myocardium, atrium = outlines[0]
    # The myocardium is a ring: its outer and its inner outline.
    assert (len(cavity), len(myocardium), len(atrium)) == (1, 2, 1)


def test_a_dense_reference_fills_the_frames_between_and_keeps_the_manual_ends() -> None:
    layer = reference_layer(make_clip("patient0001", "Good", dense=True))
    labels = make_labels()
    assert [frame is not None and 3 in frame for frame in layer] == [True, False, False, True]
    assert layer[1] is not None
    np.testing.assert_array_equal(layer[1] == 1, labels[1] == 1)


def test_twenty_frames_at_512_with_all_layers_stay_below_three_megabytes() -> None:
    # Four frames stand for twenty: each frame is stored by itself.
    rng = np.random.default_rng(0)
    speckle = gaussian_filter(rng.gamma(1.0, 60.0, (4, 512, 512)), (0, 1.5, 1.5))
    labels = make_labels().repeat(8, axis=1).repeat(8, axis=2)
    clip = replace(
        make_clip("patient0001", "Good"),
        frames=speckle.clip(0, 255).astype(np.uint8),
        labels=labels[[0, 3]],
        dense_labels=labels,
    )
    layers = {name: list(labels) for name in (*LABELS[1:], *ARMS)}
    assert 5 * len(json.dumps(sequence_content(clip, layers))) < 3_000_000


@pytest.mark.parametrize("dense", [False, True])
def test_reference_has_one_entry_a_frame(dense: bool) -> None:
    assert len(reference_layer(make_clip("patient0001", "Good", dense))) == 4
