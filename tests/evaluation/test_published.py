"""The published numbers: the real file, and lines that are wrong."""

from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.evaluation.accuracy_tables import TABLE1_KEYS
from echoweave.evaluation.labelled_table import LABELLED_KEYS
from echoweave.evaluation.published import published_rows, published_sources, read_published
from echoweave.evaluation.volume_table import TABLE2_KEYS

PUBLISHED = Path(__file__).parents[2] / "resources" / "published_results.tsv"
KEYS = {"table1": TABLE1_KEYS, "table2": TABLE2_KEYS, "labelled_frames": LABELLED_KEYS}
HEADER = "dataset\ttable\tmethod\tinstant\tkey\tvalue\tsource\n"
PAPER = "(Tafuro et al., 2023)"


def rows(table: str) -> dict[tuple[str, str], dict[str, float]]:
    found = published_rows(read_published(PUBLISHED, "CAMUS", KEYS), table)
    return {(row["method"], row["instant"]): row for row in found}


@pytest.mark.parametrize(
    ("method", "instant", "expected"),
    [
        ("Intra-observer (as quoted by Tafuro et al., 2023)", "ED", (0.945, 0.957, None)),
        (f"2D sparse nnU-Net {PAPER}", "ED", (0.955, 0.965, 0.906)),
        (f"2D sparse nnU-Net {PAPER}", "ES", (0.938, 0.959, 0.937)),
        (f"2D dense nnU-Net {PAPER}", "ED", (0.950, 0.963, 0.902)),
        (f"2D+time dense nnU-Net {PAPER}", "ES", (0.939, 0.958, 0.932)),
    ],
)
def test_dice_of_table_1(method: str, instant: str, expected: tuple[float, ...]) -> None:
    row = rows("table1")[method, instant]
    assert tuple(row.get(f"{name}_dice_mean") for name in ("cavity", "epi", "atrium")) == expected


def test_distances_of_table_1() -> None:
    row = rows("table1")[f"2D+time dense nnU-Net {PAPER}", "ED"]
    assert (row["cavity_hd_mm_mean"], row["cavity_mad_mm_mean"]) == (4.2, 1.3)
    assert (row["atrium_hd_mm_mean"], row["atrium_mad_mm_mean"]) == (5.2, 2.0)


def test_table_2() -> None:
    found = rows("table2")
    arm = found[f"2D+time dense nnU-Net {PAPER}", ""]
    assert (arm["edv_correlation"], arm["edv_bias_ml"], arm["edv_mae_ml"]) == (0.978, -1.4, 4.8)
    assert (arm["ef_correlation"], arm["ef_bias_percent"], arm["ef_mae_percent"]) == (
        *(0.859, -0.1, 4.6),
    )
    # From two sources, in one row.
    clas = found["CLAS (Wei et al., 2020)", ""]
    assert (clas["edv_correlation"], clas["edv_mae_ml"]) == (0.958, 7.7)


@pytest.mark.parametrize("table", ["table1", "table2"])
def test_the_order_is_that_of_the_paper(table: str) -> None:
    methods = list(dict.fromkeys(method for method, _ in rows(table)))
    assert methods[0].startswith("Intra-observer")
    assert [name.split(" ")[0] for name in methods[-4:]] == ["CLAS", "2D", "2D", "2D+time"]


def test_pooled_dice_of_echonet_dynamic() -> None:
    lines = read_published(PUBLISHED, "EchoNet", KEYS)
    rows = {
        (row["method"], row["instant"]): row for row in published_rows(lines, "labelled_frames")
    }
    ours = rows["SimLVSeg-3D (Maani et al., 2024)", "overall"]
    assert len(rows) == 15
    assert (ours["pooled_dice"], ours["pooled_dice_frames_p5"], ours["pooled_dice_frames_p95"]) == (
        *(0.9332, 0.9321, 0.9343),
    )
    assert rows["SimLVSeg-SI (Maani et al., 2024)", "ES"]["pooled_dice"] == 0.9226
    assert any("90 %" in note for note in published_sources(lines, "labelled_frames"))
    assert published_rows(read_published(PUBLISHED, "CAMUS", KEYS), "labelled_frames") == []


def test_numbers_of_another_data_set_do_not_stand_beside_ours() -> None:
    assert published_rows(read_published(PUBLISHED, "Phantom", KEYS), "table1") == []


def test_every_source_is_said() -> None:
    notes = published_sources(read_published(PUBLISHED, "CAMUS", KEYS), "table2")
    assert sum(note.startswith("CLAS (Wei et al., 2020): ") for note in notes) == 3
    assert any("10.1007/978-3-031-44521-7_19, Table 2" in note for note in notes)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "CAMUS\ttable3\tA\t\tef_correlation\t0.8\tB",
            "table 'table3' is none of table1, table2, ",
        ),
        ("CAMUS\ttable1\tA\t\tcavity_dice_mean\t0.9\tB", "table1 has no instant ''"),
        ("CAMUS\ttable2\tA\tED\tef_correlation\t0.8\tB", "table2 has no instant 'ED'"),
        ("CAMUS\ttable1\tA\tED\tcavity_dice\t0.9\tB", "table1 has no column 'cavity_dice'"),
        ("CAMUS\ttable1\tA\tED\tcavity_dice_mean\t0,9\tB", "'0,9' is not a number"),
        ("CAMUS\ttable1\tA\tED\tcavity_dice_mean\t94.5\tB", "94.5 is no cavity_dice_mean"),
        ("CAMUS\ttable2\tA\t\tef_correlation\t0.8\t", "names no data set, no method or no source"),
        ("CAMUS\ttable2\tA\t\tef_mae_percent\t5\tB", "gives a number again"),
    ],
)
def test_a_line_that_no_table_can_show_is_refused(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "published.tsv"
    path.write_text(f"{HEADER}CAMUS\ttable2\tA\t\tef_mae_percent\t5\tB\n{line}\n")
    with pytest.raises(InputError, match="line 3") as caught:
        read_published(path, "CAMUS", KEYS)
    (problem,) = caught.value.problems
    assert message in problem.what


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "published.tsv"
    path.write_text("CAMUS\ttable\tmethod\tvalue\n")
    with pytest.raises(InputError, match="give the columns dataset, table, method, instant"):
        read_published(path, "CAMUS", KEYS)
