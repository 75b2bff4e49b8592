import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from echoweave.errors import InputError
from echoweave.registration.adopt import adopt_checkpoint
from echoweave.registration.checkpoint import load_checkpoint, save_checkpoint
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import PatientSplit

TRAINING = [f"patient{number:04d}" for number in range(1, 9)]
TESTING = ["patient0101", "patient0102"]


@pytest.fixture
def adopt(given: Path, settings: ModelSettings, tmp_path: Path) -> Callable[..., Path]:
    """Adopt ``given`` (trained on patient0001, validated on patient0002) in a study of TRAINING."""

    def run(
        holdout: Any = 0, ted: tuple[str, ...] = (), testing: Any = TESTING, **changes: Any
    ) -> Path:
        pairs, out = tmp_path / "ted_pairs.tsv", tmp_path / "model.pt"
        pairs.write_text("ted_id\tpatient\n" + "".join(f"{name}\t{name}\n" for name in ted))
        own = asdict(replace(settings, **changes))
        study = {
            "dirnet": own,
            "rim_share": own.pop("rim_share"),
            "holdout": holdout,
            "seed": 7,
        }
        adopt_checkpoint(given, pairs, out, "dirnet", TRAINING, testing, study)
        return out

    return run


def refusal(adopt: Callable[..., Path], **study: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        adopt(**study)
    return str(caught.value).splitlines()


def test_a_checkpoint_that_fits_is_copied_and_what_differs_is_said(
    adopt, given: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "echoweave"):
        out = adopt(iterations=9999, learning_rate=0.5)
    assert out.read_bytes() == given.read_bytes()
    assert "on 1 patients; other than in the config: iterations 12 (9999)" in caplog.text
    assert "learning_rate 0.01 (0.5)" in caplog.text


def test_one_that_was_trained_on_a_held_out_patient_is_refused(
    adopt, given: Path, tmp_path: Path
) -> None:
    (line,) = refusal(adopt, holdout="ted", ted=("patient0001", "patient0003"))
    assert line == (
        f"{given}: registration.pretrained.dirnet: it has seen 1 of the patients that this study "
        "holds out: patient0001; leave it out and train here, or give one that has not seen them, "
        "or change registration.holdout"
    )
    assert not (tmp_path / "model.pt").exists()


def test_so_is_one_whose_weights_were_chosen_on_a_held_out_patient(adopt) -> None:
    (line,) = refusal(adopt, holdout=["patient0002", "patient0003"])
    assert "it has seen 1 of the patients that this study holds out: patient0002;" in line


def test_a_number_of_patients_holds_out_whom_a_training_would(adopt) -> None:
    assert "2 of the patients that this study holds out" in refusal(adopt, holdout=8)[0]


def test_patients_that_are_in_ted_may_be_seen_if_others_are_held_out(adopt) -> None:
    assert adopt(holdout=["patient0003"], ted=("patient0001",)).exists()


def test_one_that_has_seen_test_patients_is_refused_whatever_is_held_out(
    adopt, given: Path
) -> None:
    seen = [f"patient{number:04d}" for number in range(101, 108)]
    checkpoint = load_checkpoint(given)
    save_checkpoint(given, replace(checkpoint, split=PatientSplit(seen[2:], seen[:2], [])))
    (line,) = refusal(adopt, testing=seen)
    assert "it has seen 7 of the patients that this study tests: patient0101, " in line
    assert "patient0105 and 2 more; leave it out and train here, or give one" in line


def test_one_that_was_trained_on_nobody_it_knows_is_refused(adopt, given: Path) -> None:
    save_checkpoint(given, replace(load_checkpoint(given), split=PatientSplit([], [], [])))
    assert "it does not say on whom it was trained" in refusal(adopt)[0]


def test_all_that_is_wrong_is_said_together(adopt, given: Path) -> None:
    size, kernels, seen = refusal(adopt, holdout=["patient0001"], size=512, kernels=32)
    assert size.startswith(f"{given}: size: it is 32 here, but 512 in registration.models.dirnet")
    assert kernels.startswith(f"{given}: kernels: it is 8 here, but 32")
    assert "holds out: patient0001" in seen


@pytest.mark.parametrize(
    "change",
    [
        {"architecture": "svf"},
        {"grid_spacing_px": 16},
        {"affine_first": True},
        {"smoothing_px": 0},
        {"standardise": False},
    ],
    ids=str,
)
def test_a_network_other_than_in_the_config_is_refused(adopt, change: dict[str, Any]) -> None:
    ((key, there),) = change.items()
    (line,) = refusal(adopt, **change)
    assert f"given.pt: {key}: it is " in line
    assert f"but {there!r} in registration.models.dirnet" in line


def test_the_size_of_a_given_network_is_compared_before_it_is_built(
    adopt, given: Path, settings: ModelSettings
) -> None:
    giant = replace(settings, kernels=10**9)
    save_checkpoint(given, replace(load_checkpoint(given), settings=giant))
    assert "kernels: it is 1000000000 here, but 8 in" in refusal(adopt)[0]
