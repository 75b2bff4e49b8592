from pathlib import Path

from echoweave.io.tables import read_tsv
from echoweave.registration.checkpoint import Checkpoint, save_checkpoint
from echoweave.registration.roles import write_roles
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import PatientSplit, role_of

OURS = PatientSplit(training=["a", "b"], validation=["c"], holdout=["d", "e"])
GIVEN = PatientSplit(training=["x", "d"], validation=["e"], holdout=[])


def test_whom_any_network_has_seen_is_not_held_out() -> None:
    roles = {patient: role_of(patient, [OURS, GIVEN]) for patient in "abcdef"}
    assert roles == {
        "a": "training",
        "b": "training",
        "c": "validation",
        # Held out here, but the given network trained on d and validated on e.
        "d": "training",
        "e": "validation",
        "f": "hold-out",
    }


def test_without_a_network_nobody_was_seen() -> None:
    assert role_of("a", []) == "hold-out"


def test_the_roles_are_those_of_the_splits_in_the_checkpoints(
    tmp_path: Path, settings: ModelSettings
) -> None:
    for name, split in (("ours", OURS), ("given", GIVEN)):
        save_checkpoint(tmp_path / f"{name}.pt", Checkpoint({}, settings, split, 1, 1))
    models = [tmp_path / "ours.pt", tmp_path / "given.pt"]
    write_roles(models, ["a", "c", "d", "f"], tmp_path / "roles.tsv")
    table = read_tsv(tmp_path / "roles.tsv")
    assert list(table.columns) == ["patient", "role"]
    assert table["role"].tolist() == ["training", "validation", "training", "hold-out"]
