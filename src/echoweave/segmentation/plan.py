"""Let nnU-Net plan and preprocess what an arm needs."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from echoweave.errors import InputError
from echoweave.io.atomic import whole_file
from echoweave.logs import LOGGER
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.axes import check_time_axis
from echoweave.segmentation.files import PLANS, prepared_file, preprocessed_folder, raw_folder
from echoweave.segmentation.nnunet import pools, quiet, set_environment
from echoweave.segmentation.plan_parts import part_problems

# nnU-Net samples 1e8 voxels (1.6 GB) for statistics that it uses for CT alone; this many do for a
# mean, a deviation and limits of half a per cent.
_SAMPLED_VOXELS = 1e5
# nnU-Net's network with a residual encoder (Isensee et al. 2024).
_RESIDUAL = "dynamic_network_architectures.architectures.unet.ResidualEncoderUNet"


def plan(
    arm: Arm,
    configurations: Sequence[str],
    nnunet_root: Path,
    settings: Mapping[str, Any],
    threads: int,
    place: str | None = None,
) -> None:
    """Write the fingerprint, nnUNetPlans.json, the preprocessed cases and prepared.json, last.

    Args:
        arm: The arm.
        configurations: Those that the arm trains.
        nnunet_root: results/nnunet.
        settings: ``segmentation.plans`` of the config: for each configuration the parts of
            nnU-Net's plan to replace, see :func:`replace_parts`.
        threads: Processes to preprocess with.
        place: Where the parts stand in the config, for errors; None: in ``segmentation.plans``.

    Raises:
        InputError: Parts of a plan that do not fit each other, or nnU-Net would not take axis 0
            for time.
    """
    set_environment(nnunet_root, threads)
    folder = preprocessed_folder(nnunet_root, arm)
    # Planning keeps what it finds, and cases that are no longer there would be trained on.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with quiet(), pools(threads):
        plans = make_plans(arm, nnunet_root, threads)
        for configuration in configurations:
            replace_parts(plans, configuration, settings[configuration], place)
        with whole_file(folder / f"{PLANS}.json") as temporary:
            temporary.write_text(json.dumps(plans, indent=1))
        _preprocess(arm.number, configurations, threads)
    with whole_file(prepared_file(nnunet_root, arm)) as temporary:
        content = {
            "raw": _digest(raw_folder(nnunet_root, arm)),
            "plans": plans,
        }
        temporary.write_text(json.dumps(content, indent=1))
    LOGGER.info("%s: planned and preprocessed", arm.name)


def replace_parts(
    plans: dict[str, Any], configuration: str, parts: Mapping[str, Any], place: str | None = None
) -> None:
    """Replace parts of nnU-Net's plan in place; what ``parts`` does not name stays.

    Args:
        plans: Content of nnUNetPlans.json.
        configuration: "2d" or "3d_fullres".
        parts: Any of patch_size, batch_size, and of the network's features_per_stage, strides,
            kernel_sizes (one entry a stage), convs_per_stage (one number for all) and
            blocks_per_stage (one number a stage), which makes the encoder a residual one.
        place: As for :func:`part_problems`.

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
    blocks = parts.get("blocks_per_stage")
    checked = network | {"patch_size": planned["patch_size"], "blocks_per_stage": blocks}
    problems = part_problems(configuration, checked, place)
    if problems:
        raise InputError(problems)
    if "convs_per_stage" in parts:
        network["n_conv_per_stage"] = [parts["convs_per_stage"]] * stages
        network["n_conv_per_stage_decoder"] = [parts["convs_per_stage"]] * (stages - 1)
    if blocks:
        planned["architecture"]["network_class_name"] = _RESIDUAL
        del network["n_conv_per_stage"]
        network["n_blocks_per_stage"] = blocks


def make_plans(arm: Arm, nnunet_root: Path, threads: int) -> dict[str, Any]:
    """Let nnU-Net look at the raw data set and plan; return the content of nnUNetPlans.json.

    Raises:
        InputError: nnU-Net would not take axis 0 for time.
    """
    from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import (
        DatasetFingerprintExtractor,
    )
    from nnunetv2.experiment_planning.plan_and_preprocess_api import plan_experiment_dataset

    dataset = arm.number
    extractor = DatasetFingerprintExtractor(dataset, threads)
    extractor.show_progress_bar = False
    extractor.num_foreground_voxels_for_intensitystats = _SAMPLED_VOXELS
    fingerprint = extractor.run(overwrite_existing=True)
    plans: dict[str, Any] = plan_experiment_dataset(dataset)[0]
    if arm.sees == "volumes":
        # None of their axes is time.
        return plans
    whole = arm.sees == "sequences"
    steps = [spacing[0] for spacing in fingerprint["spacings"]] if whole else []
    check_time_axis(plans, steps, str(raw_folder(nnunet_root, arm)))
    return plans


def _preprocess(dataset: int, configurations: Sequence[str], threads: int) -> None:
    from nnunetv2.experiment_planning.plan_and_preprocess_api import preprocess_dataset

    workers = [threads] * len(configurations)
    preprocess_dataset(dataset, PLANS, tuple(configurations), workers, show_progress_bar=False)


def _digest(folder: Path) -> str:
    """Return one checksum for the names and the content of all files in ``folder``."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
