"""Let nnU-Net plan and preprocess what an arm needs."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from echoweave.errors import InputError
from echoweave.io.atomic import whole_file
from echoweave.logs import LOGGER
from echoweave.segmentation.arms import (
    ARMS,
    PLANS,
    prepared_file,
    preprocessed_folder,
    raw_folder,
)
from echoweave.segmentation.environment import pools, quiet, set_environment
from echoweave.segmentation.plan_parts import part_problems

# nnU-Net samples 1e8 voxels (1.6 GB) for statistics that it uses for CT alone.
_SAMPLED_VOXELS = 1e5


def plan(arm: str, nnunet_root: Path, settings: Mapping[str, Any], threads: int) -> None:
    """Write the fingerprint, nnUNetPlans.json, the preprocessed cases and prepared.json, last.

    Args:
        arm: A name of ``ARMS``.
        nnunet_root: results/nnunet.
        settings: ``segmentation.plans`` of the config: for each configuration the parts of
            nnU-Net's plan to replace, see :func:`replace_parts`.
        threads: Processes to preprocess with.
    """
    set_environment(nnunet_root, threads)
    folder = preprocessed_folder(nnunet_root, arm)
    # Planning keeps what it finds, and cases that are no longer there would be trained on.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with quiet(), pools(threads):
        _prepare(ARMS[arm].dataset_id, ARMS[arm].configuration, folder, settings, threads)
    with whole_file(prepared_file(nnunet_root, arm)) as temporary:
        content = {
            "raw": _digest(raw_folder(nnunet_root, arm)),
            "plans": json.loads((folder / f"{PLANS}.json").read_text()),
        }
        temporary.write_text(json.dumps(content, indent=1))
    LOGGER.info("%s: planned and preprocessed", arm)


def replace_parts(plans: dict[str, Any], configuration: str, parts: Mapping[str, Any]) -> None:
    """Replace parts of nnU-Net's plan in place; what ``parts`` does not name stays.

    Args:
        plans: Content of nnUNetPlans.json.
        configuration: "2d" or "3d_fullres".
        parts: Any of patch_size, batch_size, and of the network's features_per_stage, strides,
            kernel_sizes (one entry a stage) and convs_per_stage (one number for all).

    Raises:
        InputError: The plan is none of a network, see :func:`part_problems`; deep supervision needs
            three stages.
    """
    planned = plans["configurations"][configuration]
    network = planned["architecture"]["arch_kwargs"]
    for key in ("patch_size", "batch_size"):
        planned[key] = parts.get(key, planned[key])
    for key in ("features_per_stage", "strides", "kernel_sizes"):
        network[key] = parts.get(key, network[key])
    stages = network["n_stages"] = len(network["features_per_stage"])
    problems = part_problems(configuration, network | {"patch_size": planned["patch_size"]})
    if problems:
        raise InputError(problems)
    if "convs_per_stage" in parts:
        network["n_conv_per_stage"] = [parts["convs_per_stage"]] * stages
        network["n_conv_per_stage_decoder"] = [parts["convs_per_stage"]] * (stages - 1)


def _prepare(
    dataset: int, configuration: str, folder: Path, settings: Mapping[str, Any], threads: int
) -> None:
    from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import (
        DatasetFingerprintExtractor,
    )
    from nnunetv2.experiment_planning.plan_and_preprocess_api import (
        plan_experiment_dataset,
        preprocess_dataset,
    )

    extractor = DatasetFingerprintExtractor(dataset, threads)
    extractor.show_progress_bar = False
    extractor.num_foreground_voxels_for_intensitystats = _SAMPLED_VOXELS
    extractor.run(overwrite_existing=True)
    plans, _ = plan_experiment_dataset(dataset)
    replace_parts(plans, configuration, settings[configuration])
    with whole_file(folder / f"{PLANS}.json") as temporary:
        temporary.write_text(json.dumps(plans, indent=1))
    preprocess_dataset(dataset, PLANS, (configuration,), (threads,), show_progress_bar=False)


def _digest(folder: Path) -> str:
    """Return one checksum for the names and the content of all files in ``folder``."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
