from pathlib import Path

import pandas as pd
import pytest

from echoweave.errors import InputError
from echoweave.evaluation.published import read_published
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.learn2reg.evaluation.ablation import (
    PUBLISHED_DATASET,
    PUBLISHED_KEYS,
    make_ablation,
    make_organs,
    write_ablation,
)
from echoweave.learn2reg.evaluation.summary import PERCENTILES
from echoweave.learn2reg.splits import PUBLISHED_PAIRS, VolumePair

PUBLISHED = Path(__file__).parents[3] / "resources/learn2reg_published.tsv"
DRAWS = {"samples": 100, "seed": 1}
PAIRS = PUBLISHED_PAIRS[:10]


def pair_rows(variant: str, dice: float, pairs: tuple[VolumePair, ...] = PAIRS) -> pd.DataFrame:
    """Dice runs from ``dice`` up, by .01 a pair; of the rest all are 1."""
    rows = pd.DataFrame(pairs).assign(variant=variant, lost=0, **dict.fromkeys(PERCENTILES, 1.0))
    return rows.assign(dice=[dice + 0.01 * place for place in range(len(pairs))])


def theirs() -> pd.DataFrame:
    return read_published(PUBLISHED, PUBLISHED_DATASET, PUBLISHED_KEYS)


def test_published_rows_stand_beside_the_published_pairs() -> None:
    rows = pair_rows("baseline", 0.2, PUBLISHED_PAIRS)
    table = make_ablation({"baseline": rows}, PUBLISHED_DATASET, theirs(), **DRAWS)
    found = table.to_frame().set_index("method")
    assert found.loc["baseline", "n"] == 45
    assert found.loc["baseline", "dice_mean"] == pytest.approx(0.2 + 0.01 * 22)
    assert found.loc["baseline", "dice30"] == pytest.approx(0.2 + 0.01 * 0.3 * 44)
    first = found.loc["Estienne et al., first README: + noisy labels"]
    assert first[["dice_mean", "dice30", "hd95_voxels_mean"]].tolist() == [0.633, 0.613, 10.4]
    head = found.loc["Estienne et al., README of HEAD: + noisy labels"]
    # What HD and SDlogJ are is not said there: they stand in columns of their own.
    assert head[["dice_mean", "hd_published", "sdlogj_published"]].tolist() == [0.625, 39.2, 1.77]
    assert pd.isna(head["hd95_voxels_mean"]) and pd.isna(head["sdlogj_mean"])
    assert sum("README" in note for note in table.notes) == 2


@pytest.mark.parametrize(
    ("dataset", "pairs", "reason"),
    [
        (PUBLISHED_DATASET, PUBLISHED_PAIRS[:42], "these are 42 pairs of Learn2Reg abdominal CT"),
        ("phantom", PUBLISHED_PAIRS, "these are 45 pairs of phantom"),
    ],
)
def test_other_pairs_have_no_published_rows(
    dataset: str, pairs: tuple[VolumePair, ...], reason: str
) -> None:
    table = make_ablation(
        {"baseline": pair_rows("baseline", 0.2, pairs)}, dataset, theirs(), **DRAWS
    )
    assert len(table.rows) == 1
    assert reason in table.notes[-1]
    assert "README" not in table.to_markdown()


def test_one_variant_with_other_pairs_is_enough() -> None:
    variants = {
        "baseline": pair_rows("baseline", 0.2, PUBLISHED_PAIRS),
        "symmetric": pair_rows("symmetric", 0.2, PUBLISHED_PAIRS[:44]),
    }
    table = make_ablation(variants, PUBLISHED_DATASET, theirs(), **DRAWS)
    assert len(table.rows) == 2


def test_means_over_fewer_pairs_than_n_are_told() -> None:
    rows = pair_rows("baseline", 0.2)
    whole = make_ablation({"baseline": rows}, "phantom", theirs(), **DRAWS)
    assert not any("Not all n pairs" in note for note in whole.notes)
    rows.loc[0, "hd95_mm"] = float("nan")
    table = make_ablation({"baseline": rows}, "phantom", theirs(), **DRAWS)
    assert "Not all n pairs have HD95 (mm): the TSV says how many." in table.notes
    assert table.to_frame()["hd95_mm_n"].tolist() == [9]


def organ_rows(variant: str, dice: list[float]) -> pd.DataFrame:
    rows = pd.DataFrame(PAIRS[: len(dice)]).assign(variant=variant, label=6, organ="liver")
    return rows.assign(dice=dice, hd95_voxels=2.0, hd95_mm=4.0)


def test_every_organ_has_a_row_and_every_variant_a_column() -> None:
    organs = {name: organ_rows(name, [0.4, dice]) for name, dice in (("a", 0.6), ("b", 0.8))}
    found = make_organs(organs, **DRAWS).to_frame().set_index("organ")
    assert len(found) == 13
    assert found.loc["liver", ["a_dice", "a_n", "b_dice"]].tolist() == pytest.approx([0.5, 2, 0.6])
    assert found.loc["spleen", "a_n"] == 0


def test_an_organ_that_is_lost_counts_with_its_dice_and_has_no_distance() -> None:
    rows = organ_rows("a", [0.0, 0.8]).assign(hd95_mm=[float("nan"), 4], hd95_voxels=[None, 2.0])
    liver = make_organs({"a": rows}, **DRAWS).to_frame().set_index("organ").loc["liver"]
    assert liver[["a_n", "a_lost", "a_dice", "a_hd95_mm"]].tolist() == [2, 1, 0.4, 4]


def test_tables_are_written_in_four_forms(tmp_path: Path) -> None:
    for name in ("unregistered", "noisy-labels"):
        write_tsv(pair_rows(name, 0.3), tmp_path / name / "pairs.tsv")
        write_tsv(organ_rows(name, [0.3]), tmp_path / name / "labels.tsv")
    variants = {name: tmp_path / name for name in ("unregistered", "noisy-labels")}
    more = {"dataset": "phantom", "published": PUBLISHED, "out": tmp_path / "tables"}
    write_ablation(variants=variants, **more, **DRAWS)  # type: ignore[arg-type]
    names = {path.name for path in (tmp_path / "tables").iterdir()}
    tables = ("ablation", "differences", "organs")
    assert names == {f"{one}.{end}" for one in tables for end in ("tsv", "md", "tex", "html")}
    assert len(read_tsv(tmp_path / "tables/differences.tsv")) == 1
    text = (tmp_path / "tables/ablation.md").read_text()
    assert "| + noisy labels | 10 | 0.345 (" in text
    assert "- Dice30: the 30th percentile" in text
    # The noisy labels have seen more than the registration.
    assert "on the training cases of the target" in text

    with pytest.raises(InputError, match=r"pairs\.tsv: variant: .* no row of the variant baseline"):
        write_ablation(
            variants={"baseline": tmp_path / "unregistered"},
            **more,  # type: ignore[arg-type]
            **DRAWS,
        )
