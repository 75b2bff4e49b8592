import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.make_tables import make_tables
from echoweave.evaluation.measure_cycles import cycle_columns
from echoweave.evaluation.measure_pseudolabels import measure_pseudolabels
from echoweave.evaluation.measure_segmentation import measure_segmentation
from echoweave.evaluation.names import TABLES, display_name
from echoweave.evaluation.summary import summary, write_summary
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.units import UNITS

from .study import Study, beating, write_cavity_study, write_study

PUBLISHED = Path(__file__).parents[2] / "resources" / "published_results.tsv"
SETTINGS = {"simpson_mode": "ase", "bootstrap_samples": 50, "seed": 1}
CAMUS = ((0, 1, 2, 3), "mm")
ARMS = ("sparse2d", "dense2d", "dense3d")
BEST = {
    "configurations": ["2d"],
    "candidates": {"2d": 0.9},
    "cases": 8,
    "dice_postprocessed": 0.9,
    "keep_largest": [],
}
SEQUENCES = [
    ("patient0001", "2CH", "Good"),
    ("patient0001", "4CH", "Good"),
    ("patient0002", "2CH", "Poor"),
    ("patient0002", "4CH", "Medium"),
    ("patient0003", "4CH", "Medium"),
]


def rougher(frames: int) -> np.ndarray:
    """Predictions that lag behind by some frames."""
    return beating()[np.maximum(np.arange(5) - frames, 0)]


def cycles(arm: str) -> list[dict]:
    """Two full-cycle clips; the second one has no beat in the 3D arm."""
    keys = {"view": "4CH", "quality": "Good", "arm": arm, "n_frames": 30, "mode": "ase"}
    truth = {"ref_beats": 2, "ref_ef_percent": 50.0, "ref_ef_sd_percent": 4.0}
    other = truth | {"ref_ef_percent": 60.0}
    lost = arm == "dense3d"
    return [
        {"sequence": "patient0001_4CH", "patient": "patient0001", "beats": 2}
        | {"ef_percent": 47.0, "ef_sd_percent": 3.0}
        | keys
        | truth,
        {"sequence": "patient0002_4CH", "patient": "patient0002", "beats": 0 if lost else 1}
        | {"ef_percent": None if lost else 61.0}
        | keys
        | other,
    ]


# The copy of patient 3, whom a network trained on, is perfect.
ROLES = {"patient0001": "hold-out", "patient0002": "hold-out", "patient0003": "training"}


def run(
    study: Study,
    labels: dict[str, dict[str, np.ndarray]],
    known: dict[str, str] = ROLES,
    arms: Sequence[str] = ARMS,
    dataset: str = "CAMUS",
) -> dict[str, pd.DataFrame]:
    measures = {arm: study.folder / "measures" / arm for arm in arms}
    for arm, folder in measures.items():
        predictions = study.predict(arm, labels.get(arm, {}))
        settings = {"frame_rate_hz": 50.0, "consistency_threshold": 0.1, "unit": study.unit}
        measure_segmentation(arm, predictions, study.caches, folder, settings)
        clips = cycles(arm) if arm in labels else []
        write_tsv(
            pd.DataFrame(clips, columns=cycle_columns(UNITS[study.unit])), folder / "cycles.tsv"
        )
    pseudolabels = study.folder / "pseudolabels.tsv"
    copies = study.predict(
        "copies",
        {name: beating() if name.startswith("patient0003") else rougher(5) for name in study.names},
    )
    directions = {"forward": copies, "fused": copies}
    measure_pseudolabels("still", directions, study.caches, study.unit, pseudolabels)
    out, roles = study.folder / "tables", study.folder / "roles.tsv"
    write_tsv(pd.DataFrame({"patient": known.keys(), "role": known.values()}), roles)
    best = study.folder / "best.json"
    best.write_text(json.dumps(BEST))
    choices = dict.fromkeys(arms, best)
    settings = SETTINGS | {"label_values": study.label_values, "unit": study.unit}
    make_tables(measures, [pseudolabels], roles, choices, PUBLISHED, dataset, out, settings)
    return {name: read_tsv(out / f"{name}.tsv") for name in TABLES}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return write_study(tmp_path_factory.mktemp("study"), SEQUENCES)


@pytest.fixture(scope="module")
def tables(study: Study) -> dict[str, pd.DataFrame]:
    """The 2D dense arm predicts nothing, the 2D sparse one lags by one frame or two."""
    lags = dict(zip(study.names, (1, 1, 2, 2, 1), strict=True))
    return run(
        study,
        {
            "sparse2d": {name: rougher(lag) for name, lag in lags.items()},
            "dense3d": {name: beating() for name in lags},
        },
    )


def pick(table: pd.DataFrame, **values) -> pd.Series:
    for column, value in values.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_table1_by_hand(tables):
    table = tables["table1"]
    sparse = pick(table, instant="ES", method="sparse2d")

    # Cavity height at ES: 28 in three sequences and 32 in two instead of 24.
    dices = [48 / 52] * 3 + [48 / 56] * 2
    assert sparse["n"] == 5
    assert sparse["cavity_dice_mean"] == pytest.approx(np.mean(dices), abs=1e-5)
    assert sparse["cavity_dice_sd"] == pytest.approx(np.std(dices, ddof=1), abs=1e-5)
    assert sparse["cavity_hd_mm_mean"] == pytest.approx((3 * 4 + 2 * 8) / 5)
    assert sparse["cavity_dice_low"] <= sparse["cavity_dice_mean"] <= sparse["cavity_dice_high"]
    assert pick(table, instant="ED", method="dense3d")["cavity_dice_mean"] == 1.0


def test_every_arm_shows_its_choice_of_network(tables):
    table = tables["configurations"]
    assert table["arm"].tolist() == list(ARMS)
    assert table["chosen"].tolist() == ["yes"] * 3
    assert table["largest_component"].tolist() == ["nothing"] * 3


def test_an_arm_without_predictions_is_shown_with_n_0(tables):
    row = pick(tables["table1"], instant="ED", method="dense2d")
    assert row["n"] == 0
    assert np.isnan(row["cavity_dice_mean"])
    assert pick(tables["table2"], method="dense2d", instants="cfg")["n"] == 0
    smooth = tables["smoothness"]
    assert pick(smooth, arm="dense2d", group="all", structure="cavity")["n"] == 0


def test_table2_by_hand(tables):
    table = tables["table2"]
    sparse = pick(table, method="sparse2d", instants="cfg", reference="masks")
    perfect = pick(table, method="dense3d", instants="cfg", reference="masks")

    assert sparse["n"] == perfect["n"] == 3
    assert perfect["ef_bias_percent"] == perfect["ef_mae_percent"] == 0.0
    # A cavity that lags behind is too large at ES, so that EF is too low.
    assert sparse["esv_bias_ml"] > 0
    assert sparse["ef_bias_percent"] == -sparse["ef_mae_percent"] < 0
    # The references of the three patients are equal: nothing to correlate with.
    assert np.isnan(sparse["ef_correlation"])
    assert pick(table, method="dense3d", reference="cfg")["edv_mae_ml"] > 0


def test_table2_shows_others_and_where_they_come_from(study, tables):
    table = tables["table2"]
    clas = pick(table, method="CLAS (Wei et al., 2020)")

    assert clas["ef_correlation"] == 0.926
    assert clas["edv_mae_ml"] == 7.7
    markdown = (study.folder / "tables/table2.md").read_text()
    assert "doi 10.1007/978-3-030-59713-9_60" in markdown
    assert "2D sparse, of 3 patients: 1 by 4CH alone." in markdown


def test_beats_of_full_cycle_clips_by_hand(study, tables):
    table = tables["beats"]
    sparse = pick(table, arm="sparse2d", clip="all")
    whole = pick(table, arm="dense3d", clip="all")
    lost = pick(table, arm="dense3d", clip="patient0002_4CH")

    # Differences of -3 and 1.
    assert (sparse["n"], sparse["beats"], sparse["ref_beats"]) == (2, 3, 4)
    assert (sparse["ef_percent"], sparse["ef_sd_percent"]) == (54.0, 3.0)
    assert sparse["ref_ef_percent"] == 55.0
    assert (sparse["difference_percent"], sparse["mae_percent"]) == (-1.0, 2.0)
    assert sparse["difference_sd_percent"] == pytest.approx(8**0.5, rel=1e-5)
    assert sparse["difference_low_percent"] == -3.0
    assert sparse["difference_high_percent"] == 1.0
    # A clip without a beat is shown, and left out of the means.
    assert (whole["n"], whole["beats"], whole["difference_percent"]) == (1, 2, -3.0)
    assert (whole["ef_percent"], whole["ref_ef_percent"]) == (47.0, 50.0)
    assert (lost["n"], lost["beats"]) == (0, 0)
    assert np.isnan(lost["difference_percent"])
    assert pick(table, arm="dense2d")["n"] == 0
    markdown = (study.folder / "tables/beats.md").read_text()
    assert (
        "| patient0002_4CH | 2D+time dense | 0 | 0 | - | - | 2 | 60.0 | 4.0 | - | - |" in markdown
    )


def test_strata_by_quality_and_view(tables):
    table = tables["strata"]

    poor = pick(table, arm="sparse2d", group="Poor", structure="cavity")
    # One sequence, two instants: Dice 1 at ED, 48 / 56 at ES.
    assert poor["n"] == 2
    assert poor["dice_mean"] == pytest.approx((1 + 48 / 56) / 2, abs=1e-5)
    assert pick(table, arm="sparse2d", group="2CH", structure="cavity")["n"] == 4
    assert pick(table, arm="sparse2d", group="all", structure="cavity")["n"] == 10


def test_smoothness_and_consistency_by_quality_and_view(tables):
    smooth = {"arm": "dense3d", "structure": "cavity"}
    counts = {
        group: pick(tables["smoothness"], group=group, **smooth)["n"]
        for group in ("all", "Good", "Medium", "Poor", "2CH", "4CH")
    }
    assert counts == {"all": 5, "Good": 2, "Medium": 2, "Poor": 1, "2CH": 2, "4CH": 3}
    # The five frames of the block heart shrink evenly: no second derivative.
    assert (
        pick(tables["smoothness"], group="Poor", **smooth)["smoothness_px4_per_frame3_mean"] == 0.0
    )
    area = {"arm": "dense3d", "attribute": "cavity_area_mm2"}
    assert pick(tables["consistency"], group="4CH", **area)["n"] == 3
    assert pick(tables["consistency"], group="4CH", **area)["inconsistent_share_mean"] == 0.0


def test_function_by_quality(study, tables):
    table = tables["function"]
    everyone = pick(table, arm="sparse2d", group="all", quantity="EF")
    poor = pick(table, arm="sparse2d", group="Poor", quantity="EF")

    # Patient 2 has a poor view, patient 3 a medium one, patient 1 two good ones.
    assert (everyone["n"], poor["n"]) == (3, 1)
    assert pick(table, arm="sparse2d", group="Medium", quantity="EF")["n"] == 1
    expected = pick(tables["table2"], method="sparse2d", instants="cfg", reference="masks")
    assert everyone["bias"] == expected["ef_bias_percent"]
    assert everyone["lower"] == expected["ef_lower_percent"]
    assert np.isnan(poor["sd"])
    # A cavity that lags behind by 4 or 8 of its 24 mm at ES, and not at ED.
    assert pick(table, arm="sparse2d", group="Poor", quantity="LV length at ES")[
        "bias"
    ] == pytest.approx(8, abs=0.5)
    assert pick(table, arm="sparse2d", group="all", quantity="LV length at ED")["mae"] == 0.0
    markdown = (study.folder / "tables/function.md").read_text()
    assert "2D sparse, of 3 patients: 1 by 4CH alone." in markdown
    strain = pick(table, arm="sparse2d", group="all", quantity="GLS")
    assert strain["unit"] == "%"
    assert strain["bias"] > 0
    assert pick(table, arm="dense2d", group="all", quantity="GLS")["n"] == 0


def test_missed_structures_are_counted(tmp_path):
    study = write_study(tmp_path, SEQUENCES[:2])
    labels = {name: np.where(beating() == 3, 0, beating()) for name in study.names}
    row = pick(run(study, {"dense3d": labels})["table1"], instant="ED", method="dense3d")

    assert row["missed"] == 2
    assert row["atrium_dice_mean"] == 0.0
    assert np.isnan(row["atrium_hd_mm_mean"])


def test_tests_compare_patients(tables):
    table = tables["tests"]
    row = pick(table, first="sparse2d", second="dense3d", measure="dice", structure="cavity")

    assert row["n"] == 3
    # Three differences of one sign: 2 / 2^3.
    assert row["p"] == 0.25
    assert row["p_holm"] >= row["p"]
    absent = pick(table, first="sparse2d", second="dense2d", measure="dice", structure="cavity")
    assert absent["n"] == 0
    assert np.isnan(absent["p_holm"])


def test_pseudolabels_are_averaged_over_frames_then_sequences(tables):
    table = tables["pseudolabels"]
    chosen = {"estimator": "still", "direction": "fused", "structure": "cavity"}
    row = pick(table, role="hold-out", **chosen)

    assert (row["n"], row["patients"]) == (4, 2)
    assert row["dice_mean"] == pytest.approx(np.mean([72 / 76, 64 / 72, 56 / 68]), abs=1e-5)
    assert row["hd_px512_mean"] == pytest.approx(np.mean([32, 64, 96]))


def test_patients_that_a_network_has_seen_are_rows_of_their_own(study, tables):
    table = tables["pseudolabels"]
    chosen = {"estimator": "still", "direction": "fused", "structure": "cavity"}
    seen = pick(table, role="training", **chosen)

    assert (seen["n"], seen["patients"], seen["dice_mean"]) == (1, 1, 1.0)
    assert table["role"].tolist() == ["hold-out"] * 6 + ["training"] * 6
    markdown = (study.folder / "tables/pseudolabels.md").read_text()
    # Both patients of the hold-out are equal: no width.
    assert (
        "| hold-out | still | bidirectional | LV cavity | 4 | 2 | 0 | 0.887 (0.887 to 0.887)"
        in (markdown)
    )


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
    return study, run(study, arms, dataset="Phantom")


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


def test_summary_of_a_cavity(cavity):
    study, _ = cavity
    text = summary(study.folder / "tables", {}, study.label_values, study.unit)

    assert "LV cavity Dice, HD px" in text
    assert "Volumes in px³ and ejection fraction" in text
    assert not re.search("myocardium|epi|atrium", text)


def test_summary(study, tables):
    output = study.folder / "summary.txt"
    links = {"report": Path("results/report.html")}
    write_summary(study.folder / "tables", links, *CAMUS, output)
    text = output.read_text()

    assert "plain copy of the ED mask  0.887 (0.887 to 0.887)" in text
    assert "still, bidirectional       0.887 (0.887 to 0.887)" in text
    assert "4 (2 patients)" in text
    assert "Training: patients that a network learned from" in text
    (dense,) = re.findall(r"  ED  2D dense  .*", text)
    assert dense.split() == ["ED", "2D", "dense", *["-"] * 6, "0", "0"]
    assert "report  results/report.html" in text
    assert all(len(line) < 140 for line in text.splitlines())
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_published_numbers_fit_the_tables(tables):
    published = read_tsv(PUBLISHED)

    for line in published.itertuples():
        assert line.key in tables[line.table].columns
        assert line.source
