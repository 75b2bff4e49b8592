"""What only a job reads stops that job, names the file and leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from echoweave.registration.checkpoint import Checkpoint, save_checkpoint
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import PatientSplit
from tests.bad_input.conftest import snakemake
from tests.data_tree import Tree

ROOT = Path(__file__).parents[2]
MakeTree = Callable[[str], Tree]


class Payload:
    """Runs code as soon as it is unpickled."""

    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.victim,))


def malicious_checkpoint(tree: Tree) -> str:
    path = tree.root / "given.pt"
    torch.save({"weights": Payload(tree.root / "ran")}, path)
    tree.config["registration"]["pretrained"] = {"dirnet": str(path)}
    return "registration/dirnet/model.pt"


def checkpoint_that_knows_the_test_patient(tree: Tree) -> str:
    path = tree.root / "given.pt"
    models = yaml.safe_load((ROOT / "config/config.yaml").read_text())["registration"]["models"]
    settings = ModelSettings.from_config(models["dirnet"] | {"rim_share": 0.06}, "config.yaml")
    split = PatientSplit(["patient0010"], ["patient0555"], [])
    save_checkpoint(path, Checkpoint({}, settings, split, seed=1, iteration=1))
    tree.config["registration"]["pretrained"] = {"dirnet": str(path)}
    return "registration/dirnet/model.pt"


def fold_past_the_list(tree: Tree) -> str:
    model = "nnunet/trained/Dataset570_CAMUS2DSparse/EchoTrainer__sparse2d__2d"
    return f"{model}/fold_2/validation/summary.json"


CASES = [
    (
        malicious_checkpoint,
        "given.pt: damaged, or holds more than weights and settings, so nothing of it was run; "
        "give a model.pt that EchoWeave has trained, or delete it and train again",
    ),
    (
        checkpoint_that_knows_the_test_patient,
        "given.pt: registration.pretrained.dirnet: it has seen 1 of the patients that this study "
        "tests: patient0010; leave it out and train here, or give one that has not seen them",
    ),
    (fold_past_the_list, "No rule to produce"),
]


@pytest.mark.parametrize(("edit", "said"), CASES, ids=[edit.__name__ for edit, _ in CASES])
def test_a_job_refuses(make_tree: MakeTree, edit: Callable[[Tree], str], said: str) -> None:
    tree = make_tree("mhd")
    target = tree.results / edit(tree)
    done = snakemake(tree, str(target))
    assert done.code == 1
    assert said in done.said
    assert not target.exists()
    assert not (tree.root / "ran").exists()
