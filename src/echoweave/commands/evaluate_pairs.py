"""`echoweave evaluate-pairs`: displacement fields and labels in, Dice, HD95 and folding out."""

import argparse
from pathlib import Path
from typing import Any

from echoweave.errors import InputError, Problem
from echoweave.learn2reg.variants import UNREGISTERED

_COMMAND = "echoweave evaluate-pairs"


def add_evaluate_pairs_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.description = (
        "Measure displacement fields of pairs of volumes by their labels, as Learn2Reg's public "
        "evaluation does: Dice, HD95, SDlogJ, folding. OUT gets pairs.tsv, labels.tsv, "
        "summary.json, and figures of the worst pairs and of every organ."
    )
    add = parser.add_argument
    add("fields", metavar="FIELDS", type=Path, help="folder of disp_FFFF_0000_MMMM_0000.npz, ...")
    add("labels", metavar="LABELS", type=Path, help="folder of labelNNNN.nii.gz or .nii, ...")
    add("--out", metavar="DIR", type=Path, required=True, help="folder for what is found")
    add("--pairs", metavar="CSV", type=Path, help="columns fixed and moving; default: all fields")
    add("--images", metavar="DIR", type=Path, help="folder of imgNNNN.nii.gz, for the figure")
    add("--name", default="registered", help="what the tables call the fields")
    add("--unregistered", action="store_true", help="measure the same pairs without a field, too")
    add("--jobs", metavar="N", type=int, default=1, help="pairs that are measured at a time")


def run_evaluate_pairs(options: dict[str, Any]) -> int:
    """Measure the pairs and return the exit status.

    Raises:
        InputError: What is wrong with an option, the pairs, the labels or the fields, or PyTorch is
            not installed.
    """
    problems = [
        Problem(_COMMAND, key, f"{options[key.lower()]} is no folder", remedy)
        for key, remedy in (("FIELDS", "give one"), ("LABELS", "give one"))
        if not options[key.lower()].is_dir()
    ]
    if options["name"] == UNREGISTERED:
        what = f"{UNREGISTERED} is what pairs without a field are called"
        problems.append(Problem(_COMMAND, "--name", what, "give another one"))
    if options["jobs"] < 1:
        what = f"{options['jobs']} is out of range"
        problems.append(Problem(_COMMAND, "--jobs", what, "give 1 or more"))
    if problems:
        raise InputError(problems)
    try:
        # What it imports takes a second, which other commands do not have to wait for.
        from echoweave.learn2reg.evaluation.evaluate import evaluate_pairs
    except ModuleNotFoundError as error:
        remedy = "pip install 'echoweave[train]'"
        raise InputError(Problem(_COMMAND, "", f"needs {error.name}", remedy)) from error
    evaluate_pairs(**options)
    return 0
