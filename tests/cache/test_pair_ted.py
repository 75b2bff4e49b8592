"""TED clips find their CAMUS patient by what they show."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from echoweave.cache.pair_ted import pair_ted
from echoweave.errors import InputError
from echoweave.geometry.resize import resize_frames
from echoweave.io.tables import read_tsv


def speckle(seed: int, n_frames: int = 4) -> NDArray[np.uint8]:
    """Frames of 6 x 8 pixels that resemble no others."""
    return np.random.default_rng(seed).integers(0, 200, (n_frames, 6, 8)).astype(np.uint8)


def cycle(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A whole beat: two frames, then those given, then three more."""
    return np.concatenate([speckle(91, 2), frames, speckle(92, 3)])


def pair(tree: Any, pairing: str | None = None) -> pd.DataFrame:
    """Pair, with the rows of a user's table if given."""
    if pairing is not None:
        (tree.root / "pairing.tsv").write_text(pairing)
        tree.config["data"]["ted"]["pairing"] = str(tree.root / "pairing.tsv")
    cohort = tree.load()
    output = tree.results / "ted_pairs.tsv"
    checksums = tree.results / "checksums.tsv"
    pair_ted(cohort.pairing_sources, cohort.ted, cohort.pairing, tree.ted_root, output, checksums)
    return read_tsv(output)


@pytest.fixture
def three(make_tree: Any) -> Any:
    """Three patients."""
    tree = make_tree("mhd")
    for number in (1, 2, 3):
        tree.add(f"patient{number:04d}", frames=speckle(number))
    return tree


def test_finds_patient_and_frames(three: Any) -> None:
    three.add_ted("patient041", cycle(speckle(2)))
    three.add_ted("patient040", speckle(3, 4))
    table = pair(three)
    assert table[["ted_id", "patient", "ted_frames"]].to_numpy().tolist() == [
        ["patient040", "patient0003", "0,1,2,3"],
        ["patient041", "patient0002", "2,3,4,5"],
    ]
    assert table["score"].tolist() == pytest.approx([1, 1])
    assert (table["next_score"] < 0.5).all()


def test_other_size_gain_and_frame_rate(three: Any) -> None:
    frames = np.repeat(speckle(1), 2, axis=0)
    frames[1::2] = speckle(93, 4)
    large = resize_frames((frames * 0.6 + 40).astype(np.uint8), (24, 16))
    three.add_ted("patient040", large, np.ones((8, 24, 16), np.uint8))
    table = pair(three)
    assert table["ted_frames"].tolist() == ["0,2,4,6"]
    assert table["patient"].tolist() == ["patient0001"]


def test_reversed_sources_are_turned_first(make_tree: Any) -> None:
    tree = make_tree("mhd")
    tree.add("patient0001", frames=speckle(1)[::-1], ed_es=(4, 1))
    tree.add("patient0002", frames=speckle(2))
    tree.add_ted("patient040", cycle(speckle(1)))
    assert pair(tree)["ted_frames"].tolist() == ["2,3,4,5"]


def test_a_systole_rises_in_time_and_a_diastole_falls(make_tree: Any) -> None:
    tree = make_tree("mhd")
    # Stored from ES to ED: the filling, in the order of time, and the contraction, turned.
    tree.add("patient0001", frames=speckle(1), ed_es=(4, 1))
    tree.add("patient0002", frames=speckle(2)[::-1], ed_es=(4, 1))
    # Stored from ED to ES: the contraction, in the order of time, and the filling, turned.
    tree.add("patient0003", frames=speckle(3))
    tree.add("patient0004", frames=speckle(4)[::-1])
    for number in (1, 2, 3, 4):
        tree.add_ted(f"patient04{number}", cycle(speckle(number)))
    table = pair(tree)
    assert table[["patient", "ted_frames", "ted_order"]].to_numpy().tolist() == [
        ["patient0001", "5,4,3,2", "falls"],
        ["patient0002", "2,3,4,5", "rises"],
        ["patient0003", "2,3,4,5", "rises"],
        ["patient0004", "5,4,3,2", "falls"],
    ]
    assert table["score"].tolist() == pytest.approx([1, 1, 1, 1])


@pytest.mark.parametrize("start", range(1, 9))
@pytest.mark.parametrize(("step", "order"), [(1, "rises"), (-1, "falls")])
def test_a_beat_that_is_cut_amid_the_frames(three: Any, start: int, step: int, order: str) -> None:
    beat = cycle(speckle(2)[::step])
    three.add_ted("patient040", np.roll(beat, -start, axis=0))
    table = pair(three)
    where = [(frame - start) % len(beat) for frame in (2, 3, 4, 5)[::step]]
    assert table["ted_frames"].tolist() == [",".join(map(str, where))]
    assert table["ted_order"].tolist() == [order]


def test_frames_in_no_order_of_time_have_no_pair(
    three: Any, caplog: pytest.LogCaptureFixture
) -> None:
    three.add_ted("patient040", cycle(speckle(2)[[0, 2, 1, 3]]))
    assert pair(three).empty
    assert "TED patient040 shows no training patient of CAMUS (nearest: patient0002" in caplog.text


def test_strangers_are_reported_not_guessed(three: Any, caplog: pytest.LogCaptureFixture) -> None:
    three.add_ted("patient040", speckle(50, 9))
    assert pair(three).empty
    assert "TED patient040 shows no training patient of CAMUS (nearest: patient000" in caplog.text


def test_a_clip_that_lacks_frames_has_no_pair(three: Any) -> None:
    three.add_ted("patient040", speckle(1)[:3])
    assert pair(three).empty


def test_a_clip_that_fits_two_is_reported(three: Any, caplog: pytest.LogCaptureFixture) -> None:
    three.add("patient0004", frames=speckle(1) + 1)
    three.add_ted("patient040", cycle(speckle(1)))
    assert pair(three).empty
    assert "TED patient040 fits patient0001 and patient0004, so it is left out" in caplog.text


def test_two_clips_that_fit_one_are_reported(three: Any, caplog: pytest.LogCaptureFixture) -> None:
    three.add_ted("patient040", cycle(speckle(1)))
    three.add_ted("patient041", speckle(1))
    three.add_ted("patient042", speckle(2))
    assert pair(three)["ted_id"].tolist() == ["patient042"]
    assert "TED patient040 and patient041 fit patient0001, so they are left out" in caplog.text


def test_test_patients_are_no_candidates(three: Any) -> None:
    three.add("patient0010", "testing", frames=speckle(10))
    three.add_ted("patient040", cycle(speckle(10)))
    assert pair(three).empty


def test_without_ted_the_table_has_its_header(three: Any) -> None:
    table = pair(three)
    assert table.empty
    assert table.columns.tolist()[:3] == ["ted_id", "patient", "ted_frames"]
    assert three.load().pairing_files == []


def test_any_4ch_sequence_may_have_dense_masks_until_ted_is_paired(three: Any) -> None:
    assert three.load().dense_sources == []
    three.add_ted("patient040", cycle(speckle(2)))
    names = [source.name for source in three.load().dense_sources]
    assert names == ["patient0001_4CH", "patient0002_4CH", "patient0003_4CH"]


def test_a_changed_mask_changes_the_table(three: Any) -> None:
    three.add_ted("patient040", speckle(1))
    before = pair(three)["md5"].tolist()
    three.add_ted("patient040", speckle(1), np.full((4, 6, 8), 2, np.uint8))
    assert pair(three)["md5"].tolist() != before


def test_a_table_of_the_user_is_taken(three: Any) -> None:
    three.add_ted("patient040", cycle(speckle(1)))
    three.add_ted("patient041", speckle(2))
    table = pair(three, "ted_id\tpatient\npatient041\tpatient0002\n")
    assert table[["ted_id", "patient", "ted_frames"]].to_numpy().tolist() == [
        ["patient041", "patient0002", "0,1,2,3"]
    ]
    assert three.root / "pairing.tsv" in three.load().ted_files


def test_a_table_of_the_user_may_settle_what_is_ambiguous(three: Any) -> None:
    three.add("patient0004", frames=speckle(1) + 1)
    three.add_ted("patient040", cycle(speckle(1)))
    table = pair(three, "ted_id\tpatient\npatient040\tpatient0004\n")
    assert table["patient"].tolist() == ["patient0004"]


def test_a_table_of_the_user_is_verified(three: Any) -> None:
    three.add_ted("patient040", cycle(speckle(1)))
    three.add_ted("patient041", speckle(2))
    rows = ["patient040\tpatient0003", "patient099\tpatient0001", "patient041\tpatient0009"]
    rows += ["patient041\tpatient0002", "patient040\tpatient0002"]
    with pytest.raises(InputError) as caught:
        pair(three, "\n".join(["ted_id\tpatient", *rows]))
    problems = [(problem.key, problem.what) for problem in caught.value.problems]
    assert problems[-1][0] == "patient040"
    assert problems[-1][1].startswith(
        "its images are not those of patient0003 (correlation at most"
    )
    assert problems[:-1] == [
        ("patient099", "not among the sound TED clips"),
        ("patient041", "patient0009 is not a training patient with a 4CH sequence"),
        ("patient040", "the clip or the patient has a pair already"),
    ]


def test_a_table_of_another_form(three: Any) -> None:
    three.add_ted("patient040", speckle(1))
    with pytest.raises(InputError, match="the header is not ted_id, patient; give it that header"):
        pair(three, "patient040\tpatient0001\n")


@pytest.mark.parametrize("fixture", ["phantom_mhd", "phantom_nifti"])
def test_phantom(fixture: str, request: pytest.FixtureRequest, make_tree: Any) -> None:
    phantom: Path = request.getfixturevalue(fixture)
    tree = make_tree("mhd")
    tree.config["data"]["camus"]["root"] = str(phantom / "camus")
    tree.config["data"]["ted"]["root"] = str(phantom / "ted")
    table = pair(tree)
    lengths = {s.patient: s.n_frames for s in tree.load().training if s.view == "4CH"}
    assert dict(zip(table["ted_id"], table["patient"], strict=True)) == {
        "patient096": "patient0003",
        "patient097": "patient0002",
        "patient098": "patient0001",
    }
    for row in table.itertuples():
        assert row.ted_frames == ",".join(map(str, range(lengths[str(row.patient)])))
        # The one that is stored with ES first is a turned systole, and TED knows.
        assert row.ted_order == "rises"
