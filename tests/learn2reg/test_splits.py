from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.learn2reg.splits import VolumePair, read_pair_list
from tests.learn2reg.case_files import write_pairs


@pytest.mark.parametrize(
    ("entry", "case"),
    [
        ("7", "l2r_0007"),
        ("0007", "l2r_0007"),
        ("0007_0000", "l2r_0007"),
        ("l2r_0007", "l2r_0007"),
        ("img0007.nii.gz", "l2r_0007"),
        ("./img/img0007.nii.gz", "l2r_0007"),
        ("imagesTr/0007.nii.gz", "l2r_0007"),
        ("imagesTr/0007_0000.nii", "l2r_0007"),
        ("LearnRegAbdomen_0007_0000.nii.gz", "l2r_0007"),
        ("/data/2020/imagesTr/AbdomenCTCT_0031_0000.nii.gz", "l2r_0031"),
        ("task_03/label0010", "l2r_0010"),
    ],
)
def test_how_lists_name_a_case(tmp_path: Path, entry: str, case: str) -> None:
    write_pairs(tmp_path / "pairs.csv", [(entry, 1)])
    assert read_pair_list(tmp_path / "pairs.csv") == (("line 2", VolumePair(case, "l2r_0001")),)


@pytest.mark.parametrize("entry", ["12345", "img0007.mha", "imagesTr/", "0007/img"])
def test_what_is_no_case(tmp_path: Path, entry: str) -> None:
    write_pairs(tmp_path / "pairs.csv", [(entry, 1)])
    with pytest.raises(InputError, match="is no case; give its number"):
        read_pair_list(tmp_path / "pairs.csv")
