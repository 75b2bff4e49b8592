from pathlib import Path

from echoweave.segmentation.arms import trained_arms
from echoweave.segmentation.files import (
    curves_files,
    frame_case,
    patient_of,
    raw_folder,
    validation_summary,
)

ARMS = trained_arms(["sparse2d", "dense3d"], "CAMUS")


def test_summary_lies_where_nnunet_writes_it() -> None:
    expected = (
        "nnunet/trained/Dataset572_CAMUS3DDense/EchoTrainer__dense3d__3d_fullres"
        "/fold_{fold}/summary.json"
    )
    summary = validation_summary(Path("nnunet"), ARMS["dense3d"], "3d_fullres", "{fold}")
    assert summary == Path(expected)


def test_folders_bear_the_title_of_the_data_set() -> None:
    other = trained_arms(["sparse2d"], "EchoNet")["sparse2d"]
    assert raw_folder(Path("nnunet"), ARMS["sparse2d"]).name == "Dataset570_CAMUS2DSparse"
    assert raw_folder(Path("nnunet"), other).name == "Dataset570_EchoNet2DSparse"


def test_curves_of_every_configuration_and_fold() -> None:
    trained = {"sparse2d": ["2d"], "dense3d": ["2d", "3d_fullres"]}
    found = curves_files(Path("nnunet"), ARMS.values(), trained, [0, 1])
    assert {arm: {one: len(paths) for one, paths in by.items()} for arm, by in found.items()} == {
        "sparse2d": {"2d": 2},
        "dense3d": {"2d": 2, "3d_fullres": 2},
    }
    assert found["dense3d"]["2d"][1].parts[-2:] == ("fold_1", "curves.tsv")


def test_frame_case_leads_back_to_its_patient() -> None:
    assert frame_case("patient0001_4CH", 7) == "patient0001_4CH_f007"
    assert patient_of("patient0001_4CH_f007") == "patient0001"
    assert patient_of("patient0001_4CH") == "patient0001"
