import subprocess
import sys
from pathlib import Path

from echoweave.segmentation.arms import (
    ARMS,
    candidates,
    frame_case,
    patient_of,
    validation_summary,
)


def test_dataset_ids_are_nnunets_numbers() -> None:
    assert {name: arm.dataset_id for name, arm in ARMS.items()} == {
        "sparse2d": 570,
        "dense2d": 571,
        "dense3d": 572,
    }


def test_summary_lies_where_nnunet_writes_it() -> None:
    expected = (
        "nnunet/trained/Dataset572_CAMUS3DDense/EchoTrainer__nnUNetPlans__3d_fullres"
        "/fold_{fold}/summary.json"
    )
    assert validation_summary(Path("nnunet"), "dense3d", "3d_fullres", "{fold}") == Path(expected)


def test_frames_have_one_network_and_sequences_those_of_the_config_the_simpler_first() -> None:
    assert candidates({"dense3d": ["3d_fullres", "2d"]}) == {
        "sparse2d": ("2d",),
        "dense2d": ("2d",),
        "dense3d": ("2d", "3d_fullres"),
    }
    assert candidates({"dense3d": ["3d_fullres"]})["dense3d"] == ("3d_fullres",)


def test_frame_case_leads_back_to_its_patient() -> None:
    assert frame_case("patient0001_4CH", 7) == "patient0001_4CH_f007"
    assert patient_of("patient0001_4CH_f007") == "patient0001"
    assert patient_of("patient0001_4CH") == "patient0001"


def test_what_rules_import_needs_neither_torch_nor_nnunet() -> None:
    code = (
        "import sys, echoweave.segmentation.arms;"
        "assert not {'torch', 'nnunetv2', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
