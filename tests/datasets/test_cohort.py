"""What the workflow learns before its first job."""

import json
from collections import Counter
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from echoweave.datasets import registry
from echoweave.datasets.camus import CAMUS, CamusFiles, images_of
from echoweave.datasets.cohort import Cohort, assign_folds
from echoweave.datasets.source import Report
from echoweave.datasets.tables import COHORT_COLUMNS, write_cohort
from echoweave.datasets.twins import find_twins
from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from tests.data_tree import clip


@pytest.mark.parametrize("layout", ["mhd", "nifti"])
def test_both_layouts_give_the_same_facts(make_tree: Any, layout: str) -> None:
    tree = make_tree(layout)
    tree.add()
    tree.add("patient0010", "testing")
    cohort = tree.load()
    assert [
        (source.name, source.split, cohort.folds.get(source.patient)) for source in cohort.sequences
    ] == [
        ("patient0001_2CH", "training", 0),
        ("patient0001_4CH", "training", 0),
        ("patient0010_2CH", "testing", None),
        ("patient0010_4CH", "testing", None),
    ]
    folder = tree.folder("patient0010", "testing")
    names = [f"patient0010_4CH_{instant}_gt{tree.suffix}" for instant in ("ED", "ES")]
    files = cohort.testing[1].files
    assert (files.ed_gt, files.es_gt) == (folder / names[0], folder / names[1])
    images = tuple(folder / f"patient0010_4CH_{end}{tree.suffix}" for end in ("ED", "ES"))
    assert images_of(cohort.testing)["patient0010_4CH"] == images
    source = cohort.training[1]
    facts = source.facts
    assert (facts.stored_ed, facts.stored_es, source.n_frames, source.reversed) == (0, 3, 4, False)
    assert facts.native_shape == (6, 8)
    assert facts.native_spacing_mm == pytest.approx((0.2, 0.1))
    assert (facts.sex, facts.age, facts.quality) == ("F", 56, "Good")
    assert (facts.ef_percent, facts.frame_rate_hz) == (52, 40.5)
    assert np.isnan(facts.edv_ml)


def test_reversed_clip_with_frames_outside(make_tree: Any) -> None:
    tree = make_tree("mhd")
    tree.add(ed_es=(4, 2))
    source = tree.load().sequences[0]
    assert source.reversed
    assert source.n_frames == 3


def test_cfg_with_crlf_bom_and_another_order(tree: Any) -> None:
    tree.file("cfg").write_bytes(b"\xef\xbb\xbfNbFrame: 4\r\nES: 4\r\nED: 1\r\n")
    source = tree.load().sequences[1]
    assert (source.facts.stored_ed, source.facts.stored_es) == (0, 3)
    assert source.facts.quality == ""


def test_validation_list_of_the_nifti_release_is_for_training(make_tree: Any) -> None:
    tree = make_tree("nifti")
    tree.add("patient0001", "validation")
    assert tree.load().training_patients == ["patient0001"]


def test_published_folds_are_validated_by_that_list(make_tree: Any) -> None:
    tree = make_tree("nifti")
    for number, subgroup in enumerate(("training", "validation", "testing"), start=1):
        tree.add(f"patient{number:04d}", subgroup)
    tree.config["folds"] = "published"
    cohort = tree.load()
    assert (cohort.folds, cohort.n_folds) == ({"patient0002": 0}, 1)
    published = {source.patient for source in cohort.sequences if source.validation}
    assert published == {"patient0002"}


def test_the_legacy_release_publishes_no_validation_patients(tree: Any) -> None:
    tree.config["folds"] = "published"
    with pytest.raises(InputError, match="folds: published, but the data set has no published"):
        tree.load()


def test_test_patients_may_lack_masks(tree: Any) -> None:
    tree.add("patient0010", "testing", labelled=False)
    cohort = tree.load()
    assert [source.files.labelled for source in cohort.sequences] == [True, True, False, False]
    assert [source.files.read_masks() for source in cohort.testing] == [None, None]
    assert cohort.testing_patients == ["patient0010"]


def test_no_test_patients(tree: Any) -> None:
    assert tree.load().testing == []


def test_paths_with_spaces_and_other_letters(tmp_path: Path, make_tree: Any) -> None:
    tree = make_tree("mhd")
    tree.camus = tmp_path / "données  écho"
    tree.config["data"]["camus"]["root"] = str(tree.camus)
    tree.add()
    assert tree.load().patients == ["patient0001"]


def test_folds_are_balanced_and_follow_the_seed(make_tree: Any) -> None:
    tree = make_tree("nifti")
    for number in range(1, 8):
        tree.add(f"patient{number:04d}")
    tree.config["folds"] = 3
    folds = tree.load().folds
    assert tree.load().n_folds == 3
    assert sorted(folds) == tree.load().training_patients
    assert sorted(folds.values()) == [0, 0, 0, 1, 1, 2, 2]
    tree.config["seed"] = 2
    assert tree.load().folds != folds


@pytest.mark.parametrize("folds", [2, 5, 10])
def test_one_patient_less_moves_fewer_others_than_there_are_folds(folds: int) -> None:
    """CAMUS has 450 training patients; round-robin moved 232 others for one that was excluded."""
    patients = {f"patient{number:04d}" for number in range(1, 451)}
    before = assign_folds(patients, folds, seed=2023)
    moved = []
    for left_out in patients:
        after = assign_folds(patients - {left_out}, folds, seed=2023)
        sizes = Counter(after.values())
        assert set(sizes) == set(range(folds))
        assert max(sizes.values()) - min(sizes.values()) <= 1
        moved.append(sum(before[patient] != fold for patient, fold in after.items()))
    assert max(moved) == folds - 1
    assert np.mean(moved) == (folds - 1) / 2


@pytest.mark.parametrize("patients", range(2, 8))
def test_no_fold_of_a_small_cohort_is_empty(patients: int) -> None:
    names = {f"patient{number:04d}" for number in range(patients)}
    for folds in range(2, patients + 1):
        for seed in range(20):
            assert set(assign_folds(names, folds, seed).values()) == set(range(folds))


def test_records_change_when_what_they_say_does_but_not_with_other_patients(tree: Any) -> None:
    """The workflow reruns the jobs whose records changed."""
    before = [repr(source) for source in tree.load().sequences]
    tree.add("patient0002")
    assert [repr(source) for source in tree.load().sequences][:2] == before
    tree.file("cfg").write_text("ED: 1\nES: 4\nNbFrame: 4\n")
    after = [repr(source) for source in tree.load().sequences]
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_a_new_patient_changes_one_bucket() -> None:
    patients = [f"patient{number:04d}" for number in range(1, 41)]
    before = Cohort.buckets(patients, 8)
    after = Cohort.buckets([*patients, "patient0041"], 8)
    assert sorted(chain.from_iterable(before.values())) == patients
    assert set(before) <= set(range(8))
    changed = [bucket for bucket in after if after[bucket] != before.get(bucket)]
    assert len(changed) == 1
    assert set(after[changed[0]]) - set(before.get(changed[0], [])) == {"patient0041"}


def test_files_of_a_patient(tree: Any) -> None:
    tree.add("patient0002")
    files = tree.load().files(["patient0002"])
    folder = tree.folder("patient0002")
    assert sorted(files) == sorted(folder.iterdir())


def test_a_second_look_reads_only_what_changed(tree: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def spy(files: CamusFiles) -> Report:
        read.append(files.sequence.stem)
        return original(files)

    original = CamusFiles.inspect
    monkeypatch.setattr(CamusFiles, "inspect", spy)
    first = tree.load()
    memo = tree.results / ".inspected.json"
    written = memo.stat().st_mtime_ns
    assert sorted(read) == ["patient0001_2CH_sequence", "patient0001_4CH_sequence"]
    assert repr(tree.load()) == repr(first)
    assert len(read) == 2
    assert memo.stat().st_mtime_ns == written
    with tree.file("cfg").open("a") as file:
        file.write("Note: new\n")
    tree.load()
    assert read[2:] == ["patient0001_4CH_sequence"]


def test_pixels_under_another_name_count_as_the_header_s(make_tree: Any) -> None:
    tree = make_tree("mhd")
    tree.add()
    header = tree.file("ED_gt")
    pixels = header.with_suffix(".raw").rename(header.with_name("masks.raw"))
    text = header.read_text().replace(f"{header.stem}.raw", "masks.raw")
    header.write_text(text)
    assert pixels in tree.load().sequences[1].files.all
    pixels.write_bytes(pixels.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"masks\.raw is truncated"):
        tree.load()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"code": 1}', '{"code": "", "entries": {"a": 1}}', "truncate"]
)
def test_a_damaged_memo_is_made_anew(tree: Any, content: str) -> None:
    expected = tree.load()
    memo = tree.results / ".inspected.json"
    whole = memo.read_text()
    memo.write_text(whole[:-20] if content == "truncate" else content)
    assert repr(tree.load()) == repr(expected)
    assert memo.read_text() == whole


def test_a_memo_with_entries_of_another_form_is_made_anew(tree: Any) -> None:
    expected = tree.load()
    memo = tree.results / ".inspected.json"
    content = json.loads(memo.read_text())
    for entry in content["entries"].values():
        del entry["facts"]["native_shape"]
    memo.write_text(json.dumps(content))
    assert repr(tree.load()) == repr(expected)


def test_other_checks_look_again(tree: Any) -> None:
    tree.load()
    memo = tree.results / ".inspected.json"
    content = json.loads(memo.read_text())
    content["code"] = "of an older version"
    for entry in content["entries"].values():
        entry["facts"]["quality"] = "Poor"
    memo.write_text(json.dumps(content))
    assert tree.load().sequences[0].facts.quality == "Good"


def test_bad_input_is_remembered_until_it_is_mended(tree: Any) -> None:
    tree.config["data"]["on_bad_input"] = "exclude"
    sound = tree.file("cfg").read_text()
    tree.file("cfg").write_text("ED: 1\n")
    assert len(tree.load().sequences) == 1
    assert len(tree.load().excluded) == 2
    tree.file("cfg").write_text(sound)
    assert len(tree.load().sequences) == 2


def test_results_that_cannot_be_written_are_no_obstacle(
    tree: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.results.write_text("a file where the folder should be")
    assert tree.load().patients == ["patient0001"]
    assert "cannot remember the inspection" in capsys.readouterr().err


def test_progress_goes_to_the_terminal(tree: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tree.load()
    assert "Checking inputs: 2/2" in capsys.readouterr().err


def test_tables(tree: Any, tmp_path: Path) -> None:
    tree.add("patient0010", "testing", labelled=False, ed_es=(4, 2))
    tree.file("cfg", view="2CH").unlink()
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    pairs = tmp_path / "ted_pairs.tsv"
    pairs.write_text("ted_id\tpatient\tted_order\npatient077\tpatient0001\trises\n")
    write_cohort(
        cohort.sequences,
        cohort.folds,
        cohort.excluded,
        cohort.warnings,
        pairs,
        tree.camus,
        tmp_path / "cohort.tsv",
        tmp_path / "excluded.tsv",
    )
    table = (tmp_path / "cohort.tsv").read_text().splitlines()
    assert table[0].split("\t") == COHORT_COLUMNS
    assert table[1].startswith(
        "patient0001_4CH\tpatient0001\t4CH\ttraining\t0\t4\t0\t3\t0.2\t0.1\tGood\tFalse\t"
        "systole\tTrue\tpatient077\ttraining/patient0001/patient0001_4CH_sequence.mhd"
    )
    assert table[2].startswith(
        "patient0010_2CH\tpatient0010\t2CH\ttesting\t\t3\t0\t2\t0.2\t0.1\tGood\tTrue\t"
        "diastole\tFalse\t\t"
    )
    excluded = read_tsv(tmp_path / "excluded.tsv")
    assert excluded["sequence"].tolist() == ["patient0001_2CH"]
    assert excluded["what"].tolist() == ["the file is missing"]


def test_nothing_excluded_leaves_the_header(tree: Any, tmp_path: Path) -> None:
    cohort = tree.load()
    (tmp_path / "pairs.tsv").write_text("ted_id\tpatient\tted_order\n")
    write_cohort(
        cohort.sequences,
        cohort.folds,
        (),
        (),
        tmp_path / "pairs.tsv",
        tree.camus,
        tmp_path / "c.tsv",
        tmp_path / "e.tsv",
    )
    assert (tmp_path / "e.tsv").read_text() == "file\tkey\twhat\tremedy\tsequence\n"


def test_legacy_test_patients_that_are_numbered_from_one_again_are_other_people(tree: Any) -> None:
    other = np.arange(4 * 6 * 8, dtype=np.uint8).reshape(4, 6, 8)
    tree.add("patient0001", "testing", frames=other)
    cohort = tree.load()
    assert cohort.training_patients == ["patient0001"]
    assert cohort.testing_patients == ["test0001"]
    assert {source.name for source in cohort.testing} == {"test0001_2CH", "test0001_4CH"}
    assert cohort.testing[0].files.ed == tree.folder("patient0001", "testing") / (
        "patient0001_2CH_ED.mhd"
    )


def test_ted_does_not_go_with_another_data_set(
    make_tree: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = make_tree("nifti")
    tree.add()
    tree.add_ted("patient001", clip())
    other = replace(CAMUS, name="other")
    monkeypatch.setattr(registry, "DATASETS", {"other": other})
    tree.config["data"] |= {"dataset": "other", "other": tree.config["data"]["camus"]}
    with pytest.raises(InputError, match=r"data.ted.root: TED shows patients of CAMUS"):
        tree.load()


def test_a_sequence_without_digests_has_no_twins(tree: Any) -> None:
    sources = [replace(one, facts=replace(one.facts, digests="")) for one in tree.load().sequences]
    assert find_twins(sources) == []
