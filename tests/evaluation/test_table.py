import math

import pytest

from echoweave.evaluation.table import Column, Table, write_table
from echoweave.io.tables import read_tsv

TABLE = Table(
    "Accuracy in %.",
    [
        Column("arm", "Arm"),
        Column("n", "n"),
        Column("dice_mean", "Dice", 3, spread="dice_sd"),
        Column("dice_low", tsv_only=True),
    ],
    [
        {"arm": "dense3d", "n": 4, "dice_mean": 0.91249, "dice_sd": 0.02, "dice_low": 0.9},
        {"arm": "A|B_1", "n": 0, "dice_mean": math.nan},
        {"arm": "others", "dice_mean": 0.5},
    ],
    ["n counts patients."],
)


def test_markdown():
    assert TABLE.to_markdown() == (
        "Accuracy in %.\n"
        "\n"
        "| Arm | n | Dice |\n"
        "| --- | --- | ---: |\n"
        "| 2D+time dense | 4 | 0.912 ± 0.020 |\n"
        "| A\\|B_1 | 0 | - |\n"
        "| others | - | 0.500 |\n"
        "\n"
        "- n counts patients.\n"
    )


def test_an_interval_stands_behind_its_value_and_is_two_columns_of_the_tsv():
    column = Column("dice", "Dice", 2, interval=("low", "high"))
    known = {"dice": 0.914, "low": 0.9, "high": 0.93}
    table = Table("Intervals.", [column], [known, {"dice": 0.5, "low": math.nan, "high": 1.0}])

    assert "| 0.91 (0.90 to 0.93) |\n| 0.50 |" in table.to_markdown()
    assert list(table.to_frame()) == ["dice", "low", "high"]


def test_a_rounded_zero_has_no_sign():
    table = Table("Bias.", [Column("bias", "Bias", 1)], [{"bias": -0.04}])
    assert "| 0.0 |" in table.to_markdown()


def test_latex():
    latex = TABLE.to_latex()

    assert "\\caption{Accuracy in \\%.}" in latex
    assert "\\begin{tabular}{llr}" in latex
    assert "2D+time dense & 4 & 0.912 $\\pm$ 0.020 \\\\" in latex
    assert "A|B\\_1 & 0 & - \\\\" in latex
    assert latex.count("\\begin") == latex.count("\\end") == 2


def test_html_escapes_names_from_files():
    table = Table("<Caption>", TABLE.columns, [{"arm": "<b>", "dice_mean": 0.5}], ["a & b"])
    html = table.to_html()

    assert '<tr><td>&lt;b&gt;</td><td>-</td><td class="number">0.500</td></tr>' in html
    assert "<p>&lt;Caption&gt;</p>" in html
    assert "<li>a &amp; b</li>" in html
    assert "<b>" not in html


def test_names_from_files_are_text_everywhere():
    table = Table("Names.", TABLE.columns[:1], [{"arm": r"<script>a|b_c & 50% \x *é* [`#~$"}])

    assert r"| \<script>a\|b_c & 50% \\x \*é\* \[\`#~$ |" in table.to_markdown()
    assert "<td>&lt;script&gt;a|b_c &amp; 50% \\x *é* [`#~$</td>" in table.to_html()
    assert (
        r"<script>a|b\_c \& 50\% \textbackslash{}x *é* [`\#\textasciitilde{}\$ \\"
        in table.to_latex()
    )


def test_tsv_has_every_value_unrounded(tmp_path):
    write_table(TABLE, tmp_path, "accuracy")
    table = read_tsv(tmp_path / "accuracy.tsv")

    assert list(table) == ["arm", "n", "dice_mean", "dice_sd", "dice_low"]
    assert table["arm"].tolist() == ["dense3d", "A|B_1", "others"]
    assert table["dice_mean"].tolist() == pytest.approx([0.91249, math.nan, 0.5], nan_ok=True)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".html", ".md", ".tex", ".tsv"]
