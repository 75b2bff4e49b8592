from pathlib import Path

from echoweave.datasets.camus import CamusFiles
from echoweave.datasets.examples import best_sequence, example_sequences
from echoweave.datasets.source import Facts, Source


def source(name: str, quality: str) -> Source:
    patient, _, view = name.rpartition("_")
    files = CamusFiles(*[Path("file")] * 4, None, None, None, ())
    facts = Facts(0, 4, (8, 8), (1.0, 1.0), quality=quality)
    return Source(patient, view, "training", files, facts)


COHORT = [
    source("p1_2CH", "Medium"),
    source("p2_4CH", "Poor"),
    source("p2_2CH", "Good"),
    source("p3_4CH", "Poor"),
]


def names(wanted: list[str] | None, sources: list[Source] = COHORT) -> list[str]:
    return [one.name for one in example_sequences(sources, wanted)]


def test_wanted_sequences_come_in_their_order() -> None:
    assert names(["p3_4CH", "p9_4CH", "p1_2CH"]) == ["p3_4CH", "p1_2CH"]


def test_if_none_of_them_is_there_one_of_each_quality_each_of_another_patient() -> None:
    assert names(["p9_4CH"]) == names([]) == names(None) == ["p2_2CH", "p1_2CH", "p3_4CH"]


def test_without_a_known_quality_the_first_by_name() -> None:
    assert names(None, [source("p2_4CH", ""), source("p2_2CH", "")]) == ["p2_2CH"]
    assert names(None, []) == []


def test_the_best_is_of_the_best_quality_then_4ch_then_the_first_by_name() -> None:
    assert best_sequence(COHORT).name == "p2_2CH"
    assert best_sequence([*COHORT, source("p4_4CH", "Good")]).name == "p4_4CH"
    assert best_sequence([source("p5_2CH", ""), source("p3_2CH", "")]).name == "p3_2CH"
