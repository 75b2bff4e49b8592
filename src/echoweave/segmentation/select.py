"""Cross-validate an arm and find out which postprocessing helps."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from echoweave.io.atomic import whole_file
from echoweave.logs import LOGGER
from echoweave.segmentation.arms import ARMS, PLANS, TRAINER, best_file, model_folder
from echoweave.segmentation.environment import pools, quiet, set_environment


def select(arm: str, folds: Sequence[int], nnunet_root: Path, threads: int) -> None:
    """Join the validation predictions of all folds and write best.json.

    An arm has one configuration, so what remains to choose is the postprocessing: nnU-Net keeps
    the largest component of all foreground or of a label where that improves the Dice. best.json
    holds ``configuration``, ``folds``, ``dice`` before and ``dice_postprocessed`` after it, and
    ``keep_largest``: the labels, one number or a list that counts as one region.

    Args:
        arm: A name of ``ARMS``.
        folds: All folds, each trained and validated.
        nnunet_root: results/nnunet.
        threads: Processes to evaluate with.
    """
    set_environment(nnunet_root, threads)
    with quiet(), pools(threads):
        best = _find_best(arm, folds, threads)["best_model_or_ensemble"]
    merged = model_folder(nnunet_root, arm) / _merged_name(folds)
    # The pickle beside it holds the same and would run code.
    chosen = json.loads((merged / "postprocessing.json").read_text())["postprocessing_kwargs"]
    content = {
        "configuration": ARMS[arm].configuration,
        "folds": list(folds),
        "dice": best["result_on_crossval_pre_pp"],
        "dice_postprocessed": best["result_on_crossval_post_pp"],
        "keep_largest": [step["labels_or_regions"] for step in chosen],
    }
    with whole_file(best_file(nnunet_root, arm)) as temporary:
        temporary.write_text(json.dumps(content, indent=1))
    LOGGER.info("%s: cross-validated Dice %.3f", arm, content["dice_postprocessed"])


def _find_best(arm: str, folds: Sequence[int], threads: int) -> dict[str, Any]:
    from nnunetv2.evaluation.find_best_configuration import find_best_configuration

    model = {"plans": PLANS, "configuration": ARMS[arm].configuration, "trainer": TRAINER}
    result: dict[str, Any] = find_best_configuration(
        ARMS[arm].dataset, (model,), False, threads, True, tuple(folds), True
    )
    return result


def _merged_name(folds: Sequence[int]) -> str:
    return "crossval_results_folds_" + "_".join(str(fold) for fold in folds)
