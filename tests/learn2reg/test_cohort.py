import json
import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from echoweave.learn2reg.cohort import VolumeCohort, load_volume_cohort
from tests.learn2reg.case_files import (
    blocks,
    ramp,
    write_kits,
    write_msd,
    write_nifti,
    write_pairs,
    write_series,
    write_target,
)

NO_LISTS = {"validation": None, "testing": None}


def load(
    root: Path, cohorts: dict[str, Path | None] | None = None, **changes: object
) -> VolumeCohort:
    arguments = {"choosing_cases": 2, "exclude": [], "seed": 1, "pairs": NO_LISTS} | changes
    return load_volume_cohort(root, cohorts or {}, **arguments)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The target and further cohorts, a few cases each."""
    folder = tmp_path_factory.mktemp("volumes")
    target = folder / "l2r"
    write_target(target, [1, 2, 3, 4, 5, 6, 7, 8], testing=[61, 62])
    write_pairs(target / "pairs_val.csv", [(1, 4), ("0007", "l2r_0004")])
    write_pairs(target / "pairs_test.csv", [(61, 62)])
    write_msd(folder / "spleen", "spleen", {2: blocks(1), 3: blocks(1)}, tests=[1])
    write_msd(folder / "vessel", "vessel", {1: blocks(1), 4: blocks(2)})
    for case, labels in ((0, blocks(1, 2)), (210, None)):
        write_kits(folder / "kits/data", case, labels)
    write_series(folder / "tcia/image/PANCREAS_0001/11-24-2015/series", ramp())
    write_nifti(folder / "tcia/image/PANCREAS_0002.nii.gz", ramp())
    write_nifti(folder / "tcia/label/label0001.nii.gz", blocks(3, 11, 14))
    return folder


@pytest.fixture(scope="module")
def cohort(data: Path) -> VolumeCohort:
    """All of it."""
    folders = {"msd-spleen": "spleen", "msd-hepatic-vessel": "vessel", "kits": "kits"}
    further = {name: data / folder for name, folder in (*folders.items(), ("tcia", "tcia"))}
    return load(data / "l2r", further | {"msd-liver": None}, exclude=["l2r_0005"])


def test_cases_in_pairs_validate_and_test_and_the_others_train(cohort: VolumeCohort) -> None:
    assert cohort.pairs == {
        "validation": (("l2r_0001", "l2r_0004"), ("l2r_0007", "l2r_0004")),
        "testing": (("l2r_0061", "l2r_0062"),),
    }
    names = {
        split: [one.name for one in cohort.split(split) if one.cohort == "l2r"]
        for split in ("validation", "testing")
    }
    assert names["validation"] == ["l2r_0001", "l2r_0004", "l2r_0007"]
    assert names["testing"] == ["l2r_0061", "l2r_0062"]
    assert cohort.reference.name == "l2r_0002"


def test_training_cases_that_choose_are_of_the_target(cohort: VolumeCohort) -> None:
    free = {"l2r_0002", "l2r_0003", "l2r_0006", "l2r_0008"}
    choosing = {one.name for one in cohort.split("choosing")}
    training = {one.name for one in cohort.split("training") if one.cohort == "l2r"}
    assert (len(choosing), len(training)) == (2, 2)
    assert choosing | training == free


def test_each_cohort_says_what_it_knows(cohort: VolumeCohort) -> None:
    known = {one.name: one.known for one in cohort.sources if one.cohort != "l2r"}
    assert known == {
        "msd-spleen_spleen_1": (),
        "msd-spleen_spleen_2": (1,),
        "msd-spleen_spleen_3": (1,),
        "msd-hepatic-vessel_vessel_1": (),
        "msd-hepatic-vessel_vessel_4": (),
        "kits_case_00000": (2, 3),
        "kits_case_00210": (),
        "tcia_0001": (1, 3, 4, 5, 6, 7, 11),
        "tcia_0002": (),
    }
    assert {one.split for one in cohort.sources if one.cohort != "l2r"} == {"training"}


def test_a_source_is_short_and_tells_what_it_holds_not_where(cohort: VolumeCohort) -> None:
    source = cohort.of("kits")[0]
    assert repr(source) == f"VolumeSource(kits_case_00000, (2, 3), training, {source.digest})"
    assert len({one.digest for one in cohort.of("l2r")}) == len(cohort.of("l2r"))


def test_the_published_pairs(tmp_path: Path) -> None:
    validation = (1, 4, 7, 10, 23, 26, 29, 32, 35, 38)
    write_target(tmp_path, [*validation, 2, 3, 5, 6], testing=[61])
    loaded = load(tmp_path)
    names = [f"l2r_{case:04d}" for case in validation]
    assert loaded.pairs["validation"] == tuple(combinations(names, 2))
    assert len(loaded.pairs["validation"]) == 45
    assert loaded.pairs["testing"] == ()
    counts = Counter(one.split for one in loaded.sources)
    assert counts == {"validation": 10, "training": 2, "choosing": 2, "testing": 1}


def test_the_release_of_today_lists_its_pairs_in_json(tmp_path: Path) -> None:
    def file(folder: str, case: int) -> str:
        return f"./{folder}/AbdomenCTCT_{case:04d}_0000.nii.gz"

    for case in (1, 2, 3, 4):
        write_nifti(tmp_path / file("imagesTr", case), ramp())
        write_nifti(tmp_path / file("labelsTr", case), blocks(6))
    write_nifti(tmp_path / file("imagesTs", 31), ramp())
    listed = {
        # Fixed and moving in either order; images to test on that were not downloaded.
        "registration_val": [{"fixed": file("imagesTr", 4), "moving": file("imagesTr", 1)}],
        "registration_test": [{"fixed": file("imagesTs", 41), "moving": file("imagesTs", 42)}],
    }
    (tmp_path / "AbdomenCTCT_dataset.json").write_text(json.dumps(listed))
    loaded = load(tmp_path, choosing_cases=0)
    assert loaded.pairs == {"validation": (("l2r_0004", "l2r_0001"),), "testing": ()}
    assert [one.name for one in loaded.split("training")] == ["l2r_0002", "l2r_0003"]
    assert [one.name for one in loaded.split("testing")] == ["l2r_0031"]


def test_the_folders_of_the_first_release(tmp_path: Path) -> None:
    write_target(tmp_path / "Training", [1, 2, 3, 4])
    write_target(tmp_path / "Testing", [], testing=[61, 62])
    lists = {"validation": tmp_path / "mine.csv", "testing": None}
    write_pairs(lists["validation"], [("img0001.nii.gz", "img0002.nii.gz")])
    loaded = load(tmp_path, choosing_cases=0, pairs=lists)
    assert [one.split for one in loaded.sources] == [
        *["validation"] * 2,
        *["training"] * 2,
        *["testing"] * 2,
    ]


def test_labels_of_a_series_run_as_they_like(tmp_path: Path) -> None:
    write_target(tmp_path / "l2r", [1, 2, 3, 4])
    write_pairs(tmp_path / "l2r/pairs_val.csv", [(1, 4)])
    for case in ("0001", "0002"):
        write_series(tmp_path / f"tcia/PANCREAS_{case}", ramp())
        write_nifti(tmp_path / f"tcia/label/label{case}.nii.gz", blocks(3, 11), "RAS")
    loaded = load(tmp_path / "l2r", {"tcia": tmp_path / "tcia"}, choosing_cases=0)
    assert [one.name for one in loaded.of("tcia")] == ["tcia_0001", "tcia_0002"]


def test_what_did_not_change_is_not_read_again(data: Path, tmp_path: Path) -> None:
    memo = tmp_path / "memo.json"
    first = load(data / "l2r", memo=memo)
    written = memo.stat().st_mtime_ns
    assert load(data / "l2r", memo=memo) == first
    assert memo.stat().st_mtime_ns == written


def test_neither_torch_nor_itk_is_imported_to_parse() -> None:
    program = (
        "import sys, echoweave.learn2reg.cohort\n"
        "print([one for one in ('torch', 'SimpleITK', 'nibabel', 'scipy') if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "[]"
