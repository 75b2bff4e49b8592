"""Tables of studies that lack something: an arm, a prediction, a reference, structures, a size."""

import re

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.names import TABLES, display_name
from echoweave.evaluation.summary import summary

from .study import Study, beating, write_cavity_study, write_study
from .tabled import ARMS, CAMUS, SEQUENCES, pick, rougher, run


def test_missed_structures_are_counted(tmp_path):
    study = write_study(tmp_path, SEQUENCES[:2])
    labels = {name: np.where(beating() == 3, 0, beating()) for name in study.names}
    row = pick(run(study, {"dense3d": labels})["table1"], instant="ED", method="dense3d")

    assert row["missed"] == 2
    assert row["atrium_dice_mean"] == 0.0
    assert np.isnan(row["atrium_hd_mm_mean"])


def test_no_other_group_takes_the_place_of_an_empty_holdout(tmp_path):
    study = write_study(tmp_path, SEQUENCES[:2])
    tables = run(study, {}, known={"patient0001": "validation"})

    assert set(tables["pseudolabels"]["role"]) == {"validation"}
    note = "No hold-out sequence has a reference mask for every frame (n = 0)."
    assert note in (tmp_path / "tables/pseudolabels.md").read_text()
    text = summary(tmp_path / "tables", {}, *CAMUS)
    holdout, _, others = text.partition("Validation: patients that chose a checkpoint")
    assert "no sequence has a reference mask for every frame" in holdout
    assert "0.887" not in holdout
    assert "0.887" in others


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_one_arm_alone_goes_to_every_table(tmp_path, arm):
    study = write_study(tmp_path, SEQUENCES[:2])
    tables = run(study, {arm: {name: beating() for name in study.names}}, arms=[arm])

    # All but the pseudo-labels and the published methods are of this arm.
    for name in TABLES:
        if name not in ("pseudolabels", "tests"):
            table = tables[name]
            shown = table["method" if "method" in table else "arm"]
            assert (shown == arm).sum() == (shown.isin(ARMS)).sum() > 0
    assert pick(tables["table1"], instant="ED", method=arm)["n"] == 2
    assert tables["tests"].empty
    markdown = {name: (tmp_path / f"tables/{name}.md").read_text() for name in TABLES}
    assert "One arm alone: there is nothing to compare it with." in markdown["tests"]
    compared = "The nnU-Net has not seen the patient in any row." in markdown["pseudolabels"]
    assert compared == (arm == "sparse2d")
    assert ("there is no nnU-Net to compare with (n = 0)" in markdown["pseudolabels"]) != compared
    lines = summary(tmp_path / "tables", {}, *CAMUS).splitlines()
    for name in ARMS:
        assert any(f"  ED  {display_name(name)}  " in line for line in lines) == (name == arm)


@pytest.mark.parametrize(
    "case", ["one patient", "no references", "no predictions", "an empty prediction"]
)
def test_poor_studies_make_every_table(tmp_path, case):
    unlabelled = {"patient0001_2CH": None} if case == "no references" else {}
    study = write_study(tmp_path, SEQUENCES[:1], unlabelled)
    labels = {arm: {"patient0001_2CH": beating()} for arm in ARMS}
    if case == "no predictions":
        labels = {}
    if case == "an empty prediction":
        labels = {arm: {"patient0001_2CH": np.zeros_like(beating())} for arm in ARMS}
    tables = run(study, labels)

    text = summary(tmp_path / "tables", {}, *CAMUS)
    first = pick(tables["table1"], instant="ED", method="dense3d")
    assert first["n"] == (1 if case in ("one patient", "an empty prediction") else 0)
    assert np.isnan(first["cavity_dice_low"])
    assert "2D+time dense" in text
    if case == "no predictions":
        assert tables["beats"]["n"].tolist() == [0, 0, 0]
        assert "There is no full-cycle clip" in (tmp_path / "tables/beats.md").read_text()


@pytest.fixture(scope="module")
def cavity(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, dict[str, pd.DataFrame]]:
    """One view, the cavity alone, no image quality, px; the sparse arm lags by one frame."""
    study = write_cavity_study(tmp_path_factory.mktemp("cavity"))
    labels = {"sparse2d": rougher(1), "dense3d": beating()}
    arms = {arm: dict.fromkeys(study.names, frames) for arm, frames in labels.items()}
    return study, run(study, arms, dataset="EchoNet")


def test_a_cavity_in_px_by_hand(cavity):
    _, tables = cavity
    accuracy = pick(tables["table1"], instant="ES", method="sparse2d")
    volumes = pick(tables["table2"], method="sparse2d", instants="cfg")
    length = pick(tables["function"], arm="sparse2d", group="all", quantity="LV length at ES")

    # 28 rows instead of 24 at ES.
    assert (accuracy["n"], accuracy["cavity_hd_px_mean"]) == (3, 4.0)
    assert volumes["esv_bias_px3"] == pytest.approx(np.pi / 4 * 12**2 * 4, rel=0.1)
    assert (length["unit"], length["bias"]) == ("px", pytest.approx(4, abs=0.2))
    assert "20.0" not in (cavity[0].folder / "tables/table2.md").read_text()


def test_no_table_of_a_cavity_names_what_it_does_not_know(cavity):
    study, _ = cavity
    unknown = re.compile(r"myocardium|atrium|(\b|_)(epi|mm2?|ml)(\b|_)")
    texts = [(study.folder / f"tables/{name}.md").read_text() for name in TABLES]
    columns = [(study.folder / f"tables/{name}.tsv").read_text() for name in TABLES]

    assert unknown.search("\n".join(texts + columns)) is None
    assert "Tafuro et al., 2023" not in texts[TABLES.index("table1")]
    assert "smoothness of LV cavity, each arm" in texts[TABLES.index("tests")]
    assert "RMS (px) | HD (px) | Mean distance (px at 512)" in texts[TABLES.index("pseudolabels")]


def test_published_numbers_of_its_data_set_stand_beside_a_cavity(cavity):
    study, tables = cavity
    overall = tables["labelled_frames"].query("instant == 'overall'")

    published = pick(overall, method="SimLVSeg-3D (Maani et al., 2024)")
    ours = pick(overall, method="sparse2d")
    # 40 rows at ED; 28 instead of 24 at ES; of three patients alike.
    assert ours["pooled_dice"] == pytest.approx(2 * (40 + 24) / (80 + 24 + 28), abs=1e-5)
    assert (ours["n"], ours["patients"], published["pooled_dice"]) == (6, 3, 0.9332)
    assert "arXiv 2310.00454" in (study.folder / "tables/labelled_frames.md").read_text()


def test_frames_between_the_labels_of_a_cavity(cavity):
    _, tables = cavity
    table = tables["between_labels"]
    between = table[(table["position"] == "between") & (table["arm"] == "sparse2d")]

    # One frame late: 40, 36 and 32 rows instead of 36, 32 and 28.
    lagging = np.mean([72 / 76, 64 / 68, 56 / 60])
    alone = between[between["minus"].isna()].iloc[0]
    assert (alone["n"], alone["frames"]) == (3, 9)
    assert alone["dice"] == pytest.approx(lagging, abs=1e-5)
    paired = pick(between, minus="dense3d")
    assert paired["dice"] == paired["dice_low"] == pytest.approx(lagging - 1, abs=1e-5)


def test_summary_of_a_cavity(cavity):
    study, _ = cavity
    text = summary(study.folder / "tables", {}, study.label_values, study.unit)

    assert "LV cavity Dice, HD px" in text
    assert "Volumes in px³ and ejection fraction" in text
    assert not re.search("myocardium|epi|atrium", text)
