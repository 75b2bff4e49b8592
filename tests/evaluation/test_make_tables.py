"""The tables of one study of three arms, by hand."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.summary import write_summary
from echoweave.io.tables import read_tsv

from .study import Study, beating, write_study
from .tabled import ARMS, CAMUS, PUBLISHED, SEQUENCES, pick, rougher, run


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
