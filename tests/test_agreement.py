"""What the configuration asks of the cohort is checked before any job."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from echoweave.agreement import check_agreement
from echoweave.datasets.cohort import Cohort
from echoweave.errors import InputError
from tests.data_tree import Tree, clip

ROOT = Path(__file__).parents[1]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Four training patients, the first two in TED, and a test patient."""
    tree = Tree(tmp_path, "mhd")
    for number in range(1, 5):
        tree.add(f"patient{number:04d}")
    tree.add("patient0010", "testing")
    tree.add_ted("patient041", clip())
    tree.add_ted("patient042", clip())
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    tree.config = config | {"data": tree.config["data"], "folds": 2}
    tree.config["registration"] |= {"validation_patients": 1, "holdout": 0}
    tree.config["pseudolabels"] |= {"estimators": ["dirnet"], "use": "dirnet"}
    return tree


def problems(tree: Tree) -> list[str]:
    """What is said, without the folder of the test."""
    try:
        check_agreement(tree.config, tree.load())
    except InputError as error:
        return str(error).replace(f"{tree.root}/", "").splitlines()
    return []


def pair(tree: Tree, *rows: str) -> None:
    (tree.root / "pairs.tsv").write_text("\n".join(["ted_id\tpatient", *rows]))
    tree.config["data"]["ted"]["pairing"] = str(tree.root / "pairs.tsv")


NONE_LEFT = (
    "config: registration.validation_patients: 4 training patients less {} held out and {} for "
    "validation leave none to train on; set it to {} or less"
)
NONE_FOR_BOTH = (
    "config: registration.holdout: 4 training patients less {} held out leave none for both "
    "training and validation; hold out at most 2, by a number or a list"
)
ALL = [f"patient{number:04d}" for number in range(1, 5)]


@pytest.mark.parametrize(
    ("holdout", "validation", "said"),
    [
        (0, 3, []),
        (2, 1, []),
        ("ted", 3, []),
        (["patient0001", "patient0001"], 2, []),
        ("ted", 25, [NONE_LEFT.format(0, 25, 3)]),
        (1, 3, [NONE_LEFT.format(1, 3, 2)]),
        (["patient0001", "patient0002"], 2, [NONE_LEFT.format(2, 2, 1)]),
        (3, 1, [NONE_FOR_BOTH.format(3)]),
        (4, 1, [NONE_FOR_BOTH.format(4)]),
        (99, 1, [NONE_FOR_BOTH.format(99)]),
        (ALL, 1, [NONE_FOR_BOTH.format(4)]),
    ],
)
def test_somebody_is_left_to_train_on(tree: Tree, holdout: Any, validation: int, said: Any) -> None:
    tree.config["registration"] |= {"holdout": holdout, "validation_patients": validation}
    assert problems(tree) == said


@pytest.mark.parametrize("change", ["no network is compared", "all are given"])
def test_the_holdout_does_not_matter_where_nothing_is_trained(tree: Tree, change: str) -> None:
    tree.config["registration"]["validation_patients"] = 25
    if change == "all are given":
        tree.config["registration"]["pretrained"] = {"dirnet": "given.pt"}
    else:
        tree.config["pseudolabels"] |= {"estimators": ["still"], "use": "still"}
    assert problems(tree) == []


def test_a_table_of_pairs_says_how_many_ted_holds_out(tree: Tree) -> None:
    pair(tree, "patient041\tpatient0001", "patient042\tpatient0002")
    tree.config["registration"] |= {"holdout": "ted", "validation_patients": 2}
    assert problems(tree) == [NONE_LEFT.format(2, 2, 1)]
    tree.config["registration"]["validation_patients"] = 1
    assert problems(tree) == []


def test_ted_clips_that_may_hold_out_everybody_are_a_warning(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.config["registration"] |= {"holdout": "ted", "validation_patients": 1}
    assert problems(tree) == []
    assert "Warning" not in capsys.readouterr().err
    tree.add_ted("patient043", clip())
    assert problems(tree) == []
    warned = "Warning: if all 3 TED clips find their patient: " + NONE_FOR_BOTH.format(3)
    assert warned in capsys.readouterr().err


def test_a_table_of_pairs_names_what_is_there(tree: Tree) -> None:
    pair(tree, "patient041\tpatient0001", "patient043\tpatient0002", "patient042\tpatient0010")
    with (tree.root / "pairs.tsv").open("a") as file:
        file.write("\npatient041\tpatient0003\npatient042\tpatient0001\n\npatient042\n")
    assert problems(tree) == [
        "pairs.tsv: patient043: not among the sound TED clips; correct or remove the row",
        "pairs.tsv: patient042: patient0010 is not a training patient with a 4CH sequence; "
        "correct or remove the row",
        "pairs.tsv: patient041: the clip or the patient has a pair already; correct or remove the "
        "row",
        "pairs.tsv: patient042: the clip or the patient has a pair already; correct or remove the "
        "row",
        "pairs.tsv: patient042: nothing is not a training patient with a 4CH sequence; correct or "
        "remove the row",
    ]


def test_a_table_of_pairs_without_ted(tree: Tree) -> None:
    pair(tree, "patient041\tpatient0001")
    tree.config["data"]["ted"]["root"] = None
    assert problems(tree) == [
        "config: data.ted.pairing: there is no TED clip to pair; set data.ted.root, or this to null"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ted\tcamus\n", "the header is not ted_id, patient; give it that header"),
        (b"", "the header is not ted_id, patient; give it that header"),
        (b"ted_id,patient\n041,1\n", "the header is not ted_id, patient; give it that header"),
        (b"\xff\xfe\x00", "not a readable table ('utf-8' codec can't decode byte"),
    ],
)
def test_a_file_that_is_no_table_of_pairs(tree: Tree, content: bytes, said: str) -> None:
    pair(tree)
    (tree.root / "pairs.tsv").write_bytes(content)
    (line,) = problems(tree)
    assert line.startswith(f"pairs.tsv: data.ted.pairing: {said}")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_tables_of_pairs_as_spreadsheets_write_them(tree: Tree, encoding: str) -> None:
    pair(tree)
    table = '"ted_id"\tpatient\tnote\r\npatient041\t"patient0001" \tx\r\n\t\t\r\n'
    (tree.root / "pairs.tsv").write_text(table, encoding)
    assert problems(tree) == []


def test_everything_is_listed_together(tree: Tree) -> None:
    pair(tree, "patient043\tpatient0002")
    tree.config["folds"] = 5
    tree.config["registration"] |= {"holdout": ["patient0099"], "validation_patients": 25}
    tree.config["figures"]["sequences"] = ["patient0010_4CH", "patient0011_4CH"]
    assert problems(tree) == [
        "pairs.tsv: patient043: not among the sound TED clips; correct or remove the row",
        "config: registration.holdout: there is no 'patient0099' to choose; choose among "
        "patient0001, patient0002, patient0003, ...",
        "config: figures.sequences: there is no 'patient0011_4CH' to choose; choose among "
        "patient0010_2CH, patient0010_4CH",
        "config: folds: 5 folds for 4 training patients; set it to 4 or less",
        NONE_LEFT.format(0, 25, 3),
    ]


def without_spacing(tree: Tree, *patients: str) -> Cohort:
    """The cohort, as if these patients did not tell the size of their pixels."""
    cohort = tree.load()
    sequences = [
        replace(one, facts=replace(one.facts, native_spacing_mm=None))
        if one.patient in patients
        else one
        for one in cohort.sequences
    ]
    return replace(cohort, sequences=tuple(sequences))


def test_a_threshold_in_mm_needs_the_size_of_the_pixels(tree: Tree) -> None:
    cohort = without_spacing(tree, *ALL, "patient0010")
    assert (cohort.unit, tree.load().unit) == ("px", "mm")
    check_agreement(tree.config, cohort)
    tree.config["pseudolabels"]["quality"] = {"min_score": 0, "ignore_over_mm": 2.0}
    with pytest.raises(InputError, match=r"ignore_over_mm: the size .* set it to null"):
        check_agreement(tree.config, cohort)


def test_px_and_mm_do_not_mix(tree: Tree) -> None:
    with pytest.raises(InputError) as caught:
        check_agreement(tree.config, without_spacing(tree, "patient0002"))
    (problem,) = caught.value.problems
    assert problem.file.endswith("patient0002_2CH_sequence.mhd")
    assert problem.what.startswith("2 of 10 sequences do not tell the size of their pixels")


def test_one_patient_is_not_enough(tree: Tree) -> None:
    for patient in ALL[1:]:
        shutil.rmtree(tree.folder(patient))
    assert problems(tree) == [
        "config: folds: 2 folds for 1 training patients; add patients: two are the least",
        "config: registration.holdout: 1 training patients less 0 held out leave none for both "
        "training and validation; add patients: a network needs two",
    ]
