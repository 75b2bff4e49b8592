"""Bundles for strips: trained networks with all that it takes to apply them anywhere."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from echoweave.bundles.description import STRIPS, licence_text, write_description
from echoweave.io.atomic import whole_folder
from echoweave.io.checksums import digest_of_files, sha256
from echoweave.mmode.networks.export import export_window_network
from echoweave.mmode.networks.tasks import FindLumen, JudgeWindow
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import PLANS, preprocessed_folder
from echoweave.segmentation.nnunet import set_environment
from echoweave.segmentation.splits import patients_of_splits
from echoweave.versions import versions

_QUICKNAT, _QUALITY = "quicknat.onnx", "quality.onnx"


@dataclass(frozen=True)
class BundleFacts:
    """What a bundle says beside its networks.

    Attributes:
        species: "mouse" or "human".
        windows: Heights of the training windows, as shares of that of their strip.
        data_set: What the networks were trained on, for readers.
        classifier: Checkpoint of the classifier of windows; None: the bundle judges none.
        threshold: Least confidence of a good window.
        digests: Name -> files whose content it stands for.
    """

    species: Literal["mouse", "human"]
    windows: Sequence[float]
    data_set: str
    classifier: Path | None
    threshold: float
    digests: Mapping[str, Sequence[Path]]


def pack_mmode_bundle(
    network: str, trained: Path, arm: Arm, nnunet_root: Path, facts: BundleFacts, folder: Path
) -> None:
    """Write the bundle of either network, whole or not at all.

    Args:
        network: "quicknat" or "nnunet".
        trained: Checkpoint of the one, or summary.json of the fold of the other.
        arm: That of nnU-Net.
        nnunet_root: results/mmode/nnunet.
        facts: What else the bundle says.
        folder: Of the bundle.

    Raises:
        InputError: A checkpoint is none of its network, or onnxruntime and torch disagree.
    """
    if network == "quicknat":
        pack_quicknat(trained, facts, folder)
    else:
        pack_nnunet(arm, trained, nnunet_root, facts, folder)


def pack_quicknat(model: Path, facts: BundleFacts, folder: Path) -> None:
    """Write a bundle of a QuickNAT, whole or not at all.

    Args:
        model: Its checkpoint.
        facts: What else the bundle says.
        folder: Of the bundle.

    Raises:
        InputError: A checkpoint is none of its network, or onnxruntime and torch disagree.
    """
    with whole_folder(folder) as whole:
        trained = export_window_network(model, FindLumen(), whole / _QUICKNAT)
        size = trained.settings.size
        network = {"kind": "quicknat", "file": _QUICKNAT, "size": size, "input": [size, size]}
        animals = {*trained.training_animals, *trained.validation_animals}
        _write_rest(whole, network, animals, trained.measures, facts)


def pack_nnunet(
    arm: Arm, summary: Path, nnunet_root: Path, facts: BundleFacts, folder: Path
) -> None:
    """Write a bundle of the 2-D nnU-Net of an arm, whole or not at all.

    Args:
        arm: The arm; what was trained is its only fold.
        summary: nnU-Net's own of the validation.
        nnunet_root: results/mmode/nnunet.
        facts: What else the bundle says.
        folder: Of the bundle.

    Raises:
        InputError: The classifier's checkpoint is none, or onnxruntime and torch disagree on it.
    """
    set_environment(nnunet_root, 1)
    from echoweave.segmentation.export import export_folds

    with whole_folder(folder) as whole:
        exported = export_folds(arm, "2d", [0], nnunet_root, whole)
        (file,) = exported["files"]
        size = _side_of_cases(arm, nnunet_root)
        network = {"kind": "nnunet", "file": file, "size": size, "input": exported["window"]}
        animals = patients_of_splits(preprocessed_folder(nnunet_root, arm))
        found = json.loads(summary.read_text())["foreground_mean"]
        _write_rest(whole, network, animals, {"mean_dice": found["Dice"]}, facts)


def _side_of_cases(arm: Arm, nnunet_root: Path) -> int:
    """Return the side that all windows were brought to."""
    plans = json.loads((preprocessed_folder(nnunet_root, arm) / f"{PLANS}.json").read_text())
    return int(plans["original_median_shape_after_transp"][-1])


def _write_rest(
    folder: Path,
    network: Mapping[str, Any],
    animals: set[str],
    measures: Mapping[str, float],
    facts: BundleFacts,
) -> None:
    """Write the classifier, if there is one, and bundle.json."""
    quality = None
    if facts.classifier is not None:
        judge = export_window_network(facts.classifier, JudgeWindow(), folder / _QUALITY)
        size = judge.settings.size
        quality = {"file": _QUALITY, "size": size, "threshold": facts.threshold}
        animals = {*animals, *judge.training_animals, *judge.validation_animals}
    content = {
        STRIPS.key: 1,
        "network": network,
        "quality": quality,
        "species": facts.species,
        "windows": list(facts.windows),
        "data_set": facts.data_set,
        "licence": licence_text(facts.data_set),
        "training_animals": sorted(animals),
        "measures": dict(measures),
        "digests": {name: digest_of_files(files) for name, files in facts.digests.items()},
        "versions": versions(),
        "files": {path.name: sha256(path) for path in sorted(folder.iterdir())},
    }
    write_description(content, folder)
