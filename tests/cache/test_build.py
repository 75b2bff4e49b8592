"""From the data trees to the cache."""

import hashlib
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.echonet_tree import EchoNetTree, video_frames

from echoweave.cache.build import build_cache
from echoweave.cache.pair_ted import pair_ted
from echoweave.geometry.resize import resize_labels
from echoweave.io.cache import EchoSequence, read_cycle, read_sequence, read_views
from echoweave.io.images import read_array, write_image
from echoweave.io.tables import read_tsv
from echoweave.io.video import write_video
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings


def build(tree: Any, size: int = 8) -> dict[str, EchoSequence]:
    """Build every cache file; return the sequences by name."""
    cohort = tree.load()
    pairs = tree.results / "ted_pairs.tsv"
    pair_ted(
        cohort.pairing_sources, cohort.ted, None, tree.ted_root, pairs, tree.results / "ted.tsv"
    )
    outputs = [tree.results / "cache" / f"{patient}.h5" for patient in cohort.patients]
    build_cache(
        cohort.sequences,
        pairs,
        tree.ted_root,
        cohort.dataset.label_values,
        size,
        outputs,
        tree.results / "checksums.tsv",
    )
    sequences = [read_sequence(path, view) for path in outputs for view in read_views(path)]
    return {sequence.name: sequence for sequence in sequences}


@pytest.mark.parametrize("layout", ["mhd", "nifti"])
def test_one_patient_by_hand(make_tree: Any, layout: str) -> None:
    tree = make_tree(layout)
    tree.add()
    sequence = build(tree)["patient0001_4CH"]
    assert (sequence.ed, sequence.es, sequence.native_shape) == (0, 3, (6, 8))
    # Six rows of 0.2 mm become eight; the eight columns stay.
    assert sequence.spacing == pytest.approx((0.15, 0.1))
    assert sequence.native_spacing == pytest.approx((0.2, 0.1))
    assert sequence.frames.shape == (4, 8, 8)
    assert (sequence.frames == np.arange(8) + 50 * np.arange(4)[:, None, None]).all()
    assert sequence.labels is not None
    # The new rows have their centres at 0.375, 1.125, ... 5.625 native rows from the top edge.
    assert sequence.labels[0, :, 3].tolist() == [1, 1, 1, 1, 1, 2, 2, 3]
    assert sequence.labels[1, :, 3].tolist() == [1, 1, 1, 2, 3, 0, 0, 0]
    assert not sequence.labels[:, :, [0, 1, 6, 7]].any()
    assert sequence.dense_labels is None
    assert (sequence.quality, sequence.sex, sequence.age) == ("Good", "F", 56)
    assert (sequence.ef_percent, sequence.frame_rate_hz) == (52, 40.5)


def test_reversed_clips_are_turned_and_cut_to_ed_to_es(make_tree: Any) -> None:
    tree = make_tree("mhd")
    tree.add(ed_es=(4, 2))
    sequence = build(tree)["patient0001_4CH"]
    assert sequence.frames[:, 0, 0].tolist() == [150, 100, 50]
    assert (sequence.ed, sequence.es) == (0, 2)
    assert sequence.labels is not None
    assert (sequence.labels[0] == 1).sum() > (sequence.labels[1] == 1).sum()


def test_frames_after_es_are_dropped(make_tree: Any) -> None:
    tree = make_tree("mhd")
    tree.add(ed_es=(2, 3))
    assert build(tree)["patient0001_4CH"].frames[:, 0, 0].tolist() == [50, 100]


def test_hidden_references_stay_unknown(tree: Any) -> None:
    tree.add("patient0010", "testing", labelled=False)
    assert build(tree)["patient0010_4CH"].labels is None


def test_interpolated_masks_are_no_reference(make_tree: Any) -> None:
    tree = make_tree("nifti")
    tree.add()
    weak = tree.folder("patient0001") / "patient0001_4CH_half_sequence_gt.nii.gz"
    write_image(weak, np.ones((4, 6, 8), np.uint8), (0.2, 0.1))
    assert build(tree)["patient0001_4CH"].dense_labels is None


def test_ted_masks_are_laid_on_their_frames(tree: Any) -> None:
    clip = np.random.default_rng(0).integers(0, 200, (4, 6, 8)).astype(np.uint8)
    tree.add("patient0002", frames=clip)
    tree.add_ted("patient040", np.concatenate([clip[:0:-1], clip]))
    sequence = build(tree)["patient0002_4CH"]
    assert sequence.dense_labels is not None
    # Frames 3 to 6 of the TED clip; the mask of frame t holds t modulo 3 all over.
    assert sequence.dense_labels[:, 0, 0].tolist() == [0, 1, 2, 0]
    assert sequence.dense_label_values == (0, 1, 2)
    assert build(tree)["patient0002_2CH"].dense_labels is None


def test_the_whole_ted_clip_is_kept_beside_its_sequence(tree: Any) -> None:
    clip = np.random.default_rng(0).integers(0, 200, (4, 6, 8)).astype(np.uint8)
    tree.add("patient0002", frames=clip)
    tree.add_ted("patient040", np.concatenate([clip[:0:-1], clip]))
    build(tree)
    path = tree.results / "cache/patient0002.h5"
    cycle = read_cycle(path, "4CH")
    assert cycle is not None
    assert cycle.frames.shape == (7, 8, 8)
    # ED to ES of CAMUS are frames 3 to 6.
    assert (cycle.ed, cycle.es) == (3, 6)
    sequence = read_sequence(path, "4CH")
    np.testing.assert_array_equal(cycle.frames[3:], sequence.frames)
    assert cycle.dense_labels is not None
    assert cycle.dense_labels[:, 0, 0].tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert (cycle.native_shape, cycle.native_spacing) == ((6, 8), pytest.approx((0.2, 0.1)))
    assert cycle.spacing == pytest.approx((0.15, 0.1))
    assert cycle.frame_rate_hz == 40.5
    assert cycle.name == "patient0002_4CH"
    assert read_views(path) == ["2CH", "4CH"]
    assert read_cycle(path, "2CH") is None
    assert read_cycle(tree.results / "cache/patient0001.h5", "4CH") is None


@pytest.mark.parametrize("shift", [0, 3])
def test_a_diastole_gets_the_masks_of_its_frames(tree: Any, shift: int) -> None:
    """TED: three frames of systole, then ES to ED, every second frame of TED, maybe cut amid."""
    clip = np.random.default_rng(0).integers(0, 200, (10, 6, 8)).astype(np.uint8)
    tree.add("patient0002", frames=clip[3:10:2], ed_es=(4, 1))
    masks = np.zeros_like(clip)
    masks[:] = (np.arange(10) % 3)[:, None, None]
    tree.add_ted("patient040", np.roll(clip, shift, axis=0), np.roll(masks, shift, axis=0))
    sequence = build(tree)["patient0002_4CH"]
    assert sequence.dense_labels is not None
    # Frames 9, 7, 5, 3, from ED to ES; the mask of frame t holds t modulo 3.
    np.testing.assert_array_equal(sequence.frames[:, 0, 0], clip[[9, 7, 5, 3], 0, 0])
    assert sequence.dense_labels[:, 0, 0].tolist() == [0, 1, 2, 0]
    assert (sequence.phase, sequence.reversed, sequence.ed, sequence.es) == ("diastole", True, 0, 3)
    cycle = read_cycle(tree.results / "cache/patient0002.h5", "4CH")
    assert cycle is not None
    assert cycle.phase == "cycle"
    assert (cycle.ed, cycle.es) == ((9 + shift) % 10, (3 + shift) % 10)
    np.testing.assert_array_equal(cycle.frames[[cycle.ed, cycle.es]], sequence.frames[[0, 3]])
    assert cycle.frame_rate_hz == 2 * 40.5


@pytest.mark.parametrize(
    ("ed_es", "in_ted", "phase"),
    [
        # Without TED the stored order is that of time.
        ((1, 4), None, "systole"),
        ((4, 1), None, "diastole"),
        # With TED it does not matter.
        ((1, 4), 1, "systole"),
        ((1, 4), -1, "diastole"),
        ((4, 1), 1, "diastole"),
        ((4, 1), -1, "systole"),
    ],
)
def test_ted_tells_systole_from_diastole_and_else_the_stored_order(
    tree: Any, ed_es: tuple[int, int], in_ted: int | None, phase: str
) -> None:
    clip = np.random.default_rng(0).integers(0, 200, (4, 6, 8)).astype(np.uint8)
    tree.add("patient0002", frames=clip, ed_es=ed_es)
    if in_ted is not None:
        tree.add_ted("patient040", clip[::in_ted])
    sequences = build(tree)
    sequence = sequences["patient0002_4CH"]
    assert (sequence.phase, sequence.reversed) == (phase, ed_es == (4, 1))
    order = [0, 1, 2, 3] if ed_es == (1, 4) else [3, 2, 1, 0]
    np.testing.assert_array_equal(sequence.frames[:, 0, 0], clip[order, 0, 0])
    # TED shows one view alone.
    assert sequences["patient0002_2CH"].phase == ("systole" if ed_es == (1, 4) else "diastole")


@pytest.mark.parametrize("layout", ["mhd", "nifti"])
def test_real_diastoles_of_the_phantom(tmp_path: Path, make_tree: Any, layout: str) -> None:
    settings = PhantomSettings(
        layout, 2, 0, 2, size=(64, 48), frames=(5, 6), seed=7, diastoles=True
    )
    write_phantom(tmp_path / "data", settings)
    tree = make_tree(layout)
    tree.config["data"]["camus"]["root"] = str(tmp_path / "data/camus")
    tree.config["data"]["ted"]["root"] = str(tmp_path / "data/ted")
    sequences = build(tree, 64)
    assert {name: one.phase for name, one in sequences.items()} == {
        "patient0001_2CH": "systole",
        "patient0001_4CH": "systole",
        "patient0002_2CH": "systole",
        "patient0002_4CH": "diastole",
    }
    diastole = sequences["patient0002_4CH"]
    truth = read_array(tmp_path / "data/truth/patient0002_4CH.nii.gz")
    assert diastole.dense_labels is not None
    assert diastole.labels is not None
    expected = resize_labels(np.where(truth == 3, 0, truth).astype(np.uint8), (64, 64))
    np.testing.assert_array_equal(diastole.dense_labels, expected)
    areas = (diastole.dense_labels == 1).sum(axis=(1, 2))
    assert areas[0] == areas.max()
    assert areas[-1] == areas.min()
    cycle = read_cycle(tree.results / "cache/patient0002.h5", "4CH")
    assert cycle is not None
    # ED is the last frame of the beat, ES comes before it.
    assert (cycle.ed, cycle.ed - cycle.es + 1) == (len(cycle.frames) - 1, len(diastole.frames))
    assert cycle.frame_rate_hz == pytest.approx(diastole.frame_rate_hz, nan_ok=True)


def test_given_truth_comes_before_ted(tree: Any) -> None:
    frames = np.random.default_rng(0).integers(0, 200, (4, 6, 8)).astype(np.uint8)
    tree.add("patient0002", frames=frames)
    tree.add_ted("patient040", frames)
    tree.config["data"]["dense_truth"] = str(tree.root / "truth")
    truth = np.full((4, 6, 8), 3, np.uint8)
    write_image(tree.root / "truth" / "patient0002_4CH.nii.gz", truth, (0.2, 0.1))
    sequence = build(tree)["patient0002_4CH"]
    assert sequence.dense_labels is not None
    assert (sequence.dense_labels == 3).all()
    assert sequence.dense_label_values == (0, 1, 2, 3)


def test_references_on_the_native_grid(tree: Any) -> None:
    sequence = build(tree)["patient0001_4CH"]
    labels = sequence.native_labels
    assert labels is not None
    assert labels[0, :, 3].tolist() == [1, 1, 1, 1, 2, 3]
    assert labels[1, :, 3].tolist() == [1, 1, 2, 3, 0, 0]
    assert sequence.native_spacing == pytest.approx((0.2, 0.1))


def test_both_releases_of_the_phantom_give_one_cache(
    phantom_mhd: Path, phantom_nifti: Path, make_tree: Any
) -> None:
    caches = []
    for phantom in (phantom_mhd, phantom_nifti):
        tree = make_tree("mhd")
        tree.results = tree.root / phantom.name
        tree.config["data"]["camus"]["root"] = str(phantom / "camus")
        tree.config["data"]["ted"]["root"] = str(phantom / "ted")
        caches.append(build(tree, 64))
    assert len(caches[0]) == 12
    for name, sequence in caches[0].items():
        other = caches[1][name]
        np.testing.assert_array_equal(sequence.frames, other.frames)
        np.testing.assert_array_equal(sequence.labels, other.labels)
        assert sequence.spacing == pytest.approx(other.spacing)
        in_ted = name in ("patient0001_4CH", "patient0002_4CH", "patient0003_4CH")
        assert (sequence.dense_labels is not None) == in_ted
        if sequence.dense_labels is not None and sequence.labels is not None:
            # TED knows the same cavity, and the atrium of CAMUS is its background.
            without_atrium = np.where(sequence.labels == 3, 0, sequence.labels)
            np.testing.assert_array_equal(sequence.dense_labels[[0, -1]], without_atrium)


def test_truth_of_the_phantom_agrees_with_its_references(
    phantom_nifti: Path, make_tree: Any
) -> None:
    tree = make_tree("nifti")
    tree.config["data"]["camus"]["root"] = str(phantom_nifti / "camus")
    tree.config["data"]["dense_truth"] = str(phantom_nifti / "truth")
    for sequence in build(tree, 64).values():
        assert sequence.dense_labels is not None
        np.testing.assert_array_equal(sequence.dense_labels[[0, -1]], sequence.labels)


def test_every_file_that_was_read_has_its_checksum(make_tree: Any) -> None:
    tree = make_tree("mhd")
    tree.add()
    build(tree)
    table = read_tsv(tree.results / "checksums.tsv").set_index("path")
    files = [path for path in tree.camus.rglob("*") if path.is_file()]
    # Two views with a cfg, a clip, two frames and two masks, and the pixels of these five.
    assert sorted(table.index) == sorted(map(str, files))
    assert len(files) == 2 * (1 + 5 + 5)
    cfg = tree.file("cfg")
    assert table["sha256"][str(cfg)] == hashlib.sha256(cfg.read_bytes()).hexdigest()
    assert table["bytes"][str(cfg)] == cfg.stat().st_size


def whole_clips(tree: EchoNetTree) -> dict[str, Path]:
    """Build the cache of an EchoNet tree; return its files by patient."""
    cohort = tree.load()
    outputs = [tree.results / f"cache/{patient}.h5" for patient in cohort.patients]
    values, sums = cohort.dataset.label_values, tree.results / "checksums.tsv"
    build_cache(cohort.sequences, None, Path(), values, 64, outputs, sums, whole_clips=True)
    return dict(zip(cohort.patients, outputs, strict=True))


def test_whole_clips_are_kept_beside_the_frames_from_ed_to_es(tmp_path: Path) -> None:
    tree = EchoNetTree(tmp_path)
    tree.add("0XA1", ed=1, es=4)
    path = whole_clips(tree)["0XA1"]
    sequence, cycle = read_sequence(path, "4CH"), read_cycle(path, "4CH")
    assert cycle is not None
    assert (cycle.phase, cycle.ed, cycle.es) == ("cycle", 1, 4)
    assert cycle.frames[:, 0, 0].tolist() == [20, 50, 80, 110, 140, 170]
    assert (sequence.phase, sequence.ed, sequence.es) == ("systole", 0, 3)
    assert sequence.frames[:, 0, 0].tolist() == [50, 80, 110, 140]
    assert (cycle.frame_rate_hz, cycle.ef_percent) == (50, 55.1)
    assert (cycle.edv_ml, cycle.esv_ml, cycle.unit) == (100.2, 45.0, "px")
    assert (cycle.native_shape, cycle.spacing) == ((32, 40), (0.5, 0.625))
    assert cycle.labels is not None
    np.testing.assert_array_equal(cycle.labels, sequence.labels)
    # Twice as many rows, 8 columns for each 5: 21 x 17 and 17 x 13 pixels.
    assert (cycle.labels.sum(axis=(1, 2)) / (2 * 1.6)).tolist() == pytest.approx(
        [21 * 17, 17 * 13], rel=0.04
    )
    assert cycle.dense_labels is None


def test_a_whole_clip_with_es_first_keeps_its_own_order(tmp_path: Path) -> None:
    tree = EchoNetTree(tmp_path)
    tree.add("0XA1", ed=5, es=2)
    path = whole_clips(tree)["0XA1"]
    sequence, cycle = read_sequence(path, "4CH"), read_cycle(path, "4CH")
    assert cycle is not None
    assert (cycle.ed, cycle.es, cycle.frames[0, 0, 0]) == (5, 2, 20)
    assert (sequence.phase, sequence.reversed) == ("diastole", True)
    assert sequence.frames[:, 0, 0].tolist() == [170, 140, 110, 80]
    assert sequence.in_time(sequence.frames)[:, 0, 0].tolist() == [80, 110, 140, 170]


def test_truth_of_whole_clips_holds_every_stored_frame(tmp_path: Path) -> None:
    tree = EchoNetTree(tmp_path)
    tree.add("0XA1", ed=4, es=1)
    tree.add("0XB2")
    tree.add_truth("0XA1")
    paths = whole_clips(tree)
    sequence, cycle = read_sequence(paths["0XA1"], "4CH"), read_cycle(paths["0XA1"], "4CH")
    assert cycle is not None
    assert cycle.dense_labels is not None
    assert sequence.dense_labels is not None
    # Mask t of the clip covers t + 1 rows of 32, here 2 t + 2 of 64.
    assert cycle.dense_labels[:, :, 0].sum(axis=1).tolist() == [2, 4, 6, 8, 10, 12]
    assert sequence.dense_labels[:, :, 0].sum(axis=1).tolist() == [10, 8, 6, 4]
    assert sequence.dense_label_values == cycle.dense_label_values == (0, 1)
    assert read_sequence(paths["0XB2"], "4CH").dense_labels is None


def peak_of_ingest(tree: EchoNetTree, clips: int) -> int:
    """Return the most bytes that are held while long clips are checked and cached."""
    for number in range(1, clips + 1):
        tree.add(f"0XA{number}")
        write_video(tree.video(f"0XA{number}"), np.repeat(video_frames(number), 100, axis=0), 50)
    tree.change(",50,6,", ",50,600,")
    tracemalloc.start()
    try:
        assert len(whole_clips(tree)) == clips
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_more_whole_clips_take_no_more_memory(tmp_path: Path) -> None:
    peak_of_ingest(EchoNetTree(tmp_path / "imports"), 1)
    few, many = (peak_of_ingest(EchoNetTree(tmp_path / str(clips)), clips) for clips in (2, 8))
    # A clip takes 2.5 MB in the cache.
    assert few > 2.5e6
    assert many < few + 1.2e6
