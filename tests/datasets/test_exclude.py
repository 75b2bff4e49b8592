"""``on_bad_input: exclude`` leaves out what is bad and says so; tests/bad_input has what is bad."""

import shutil
from typing import Any

import numpy as np
import pytest

from echoweave.errors import InputError
from tests.bad_input.edits import image
from tests.bad_input.trees import drop_view, new_folder, same_id_twice, ted

MASK = np.ones((6, 8), np.uint8)


def test_bad_sequences_can_be_left_out(tree: Any) -> None:
    image("ED_gt", MASK * 4)(tree)
    new_folder("notes")(tree)
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    assert [source.name for source in cohort.sequences] == ["patient0001_2CH"]
    assert [(one.sequence, one.problem.key) for one in cohort.excluded] == [
        ("", ""),
        ("patient0001_4CH", "labels"),
    ]


def test_a_missing_view_leaves_the_other_in(tree: Any) -> None:
    drop_view(tree)
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    assert [source.name for source in cohort.sequences] == ["patient0001_4CH"]
    assert [one.sequence for one in cohort.excluded] == ["patient0001_2CH"]


def test_an_id_used_twice_leaves_the_patient_out(tree: Any) -> None:
    tree.add("patient0002")
    same_id_twice(tree)
    tree.config["data"]["on_bad_input"] = "exclude"
    assert tree.load().patients == ["patient0002"]


def test_nothing_left(tree: Any) -> None:
    shutil.rmtree(tree.folder("patient0001"))
    tree.config["data"]["on_bad_input"] = "exclude"
    with pytest.raises(InputError, match=r"data\.camus\.root: holds no sound training patient; "):
        tree.load()


def test_a_bad_ted_clip_is_left_out(tree: Any) -> None:
    ted(4, 3)(tree)
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    assert cohort.ted == ()
    assert [one.sequence for one in cohort.excluded] == ["TED patient001"]
