"""Cross-validate the candidates of an arm, choose the best and which postprocessing helps it."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from echoweave.io.atomic import whole_file
from echoweave.logs import LOGGER
from echoweave.segmentation.arm import Arm, ensemble_name
from echoweave.segmentation.files import TRAINER, best_file, model_folder, preprocessed_folder
from echoweave.segmentation.nnunet import configurations_of, pools, quiet, set_environment


def select_configurations(
    arm: Arm, configurations: Sequence[str], folds: Sequence[int], nnunet_root: Path, threads: int
) -> None:
    """Compare the validation predictions of all folds and write best.json.

    Candidates are the configurations and, of two, their ensemble: the mean of their probabilities.
    The highest mean Dice over structures and cases wins, of equal ones the first. Then nnU-Net
    keeps the largest component of all foreground or of a label where that improves the Dice.

    best.json holds ``configurations``, those to predict with, ``folds``, ``candidates`` with the
    Dice of each, ``dice`` of the winner before and ``dice_postprocessed`` after postprocessing,
    ``cases`` that these are means of, and ``keep_largest``: the labels, one number or a list that
    counts as one region.

    Args:
        arm: The arm.
        configurations: Those that the arm trains.
        folds: All folds, each trained and validated; of several configurations with probabilities.
        nnunet_root: results/nnunet.
        threads: Processes to evaluate with.
    """
    set_environment(nnunet_root, threads)
    with quiet(), pools(threads):
        found = _find_best(arm, configurations, folds, nnunet_root, threads)
    best = found["best_model_or_ensemble"]
    postprocessing = Path(best["postprocessing_file"])
    # The pickle that nnU-Net names holds the same and would run code.
    chosen = json.loads(postprocessing.with_suffix(".json").read_text())["postprocessing_kwargs"]
    summary = json.loads((postprocessing.parent / "summary.json").read_text())
    content = {
        "configurations": [one["configuration"] for one in best["selected_model_or_models"]],
        "folds": list(folds),
        "candidates": {
            ensemble_name(configurations_of(name)): dice
            for name, dice in found["all_results"].items()
        },
        "dice": best["result_on_crossval_pre_pp"],
        "dice_postprocessed": best["result_on_crossval_post_pp"],
        "cases": len(summary["metric_per_case"]),
        "keep_largest": [step["labels_or_regions"] for step in chosen],
    }
    with whole_file(best_file(nnunet_root, arm)) as temporary:
        temporary.write_text(json.dumps(content, indent=1))
    for name, dice in content["candidates"].items():
        LOGGER.info("%s: %s has a cross-validated Dice of %.3f", arm.name, name, dice)
    LOGGER.info("%s: chosen is %s", arm.name, ensemble_name(content["configurations"]))


def _find_best(
    arm: Arm, configurations: Sequence[str], folds: Sequence[int], root: Path, threads: int
) -> dict[str, Any]:
    from nnunetv2.evaluation.find_best_configuration import find_best_configuration

    # Where nnU-Net looks for the plans of that name; those of a tiled network are its own.
    plans = model_folder(root, arm, configurations[0]) / "plans.json"
    shutil.copy(plans, preprocessed_folder(root, arm) / f"{arm.name}.json")
    models = tuple(
        {"plans": arm.name, "configuration": one, "trainer": TRAINER} for one in configurations
    )
    result: dict[str, Any] = find_best_configuration(
        arm.dataset, models, len(models) > 1, threads, True, tuple(folds), True
    )
    return result
