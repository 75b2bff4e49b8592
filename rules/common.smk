"""What every stage shares: checked config, params, library files, logs.

Comes in: the merged config.
Goes out: RESULTS, HAS_COHORT (whether there are B-mode sequences at all) and the helpers below.
"""

import os
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

from echoweave.surroundings import shield_imports, shield_jobs

# Before anything else is imported: Snakemake looks for modules in the Snakefile's folder first.
shield_imports(Path(workflow.basedir), Path())
shield_jobs(os.environ)

from echoweave.config import check_config, config_slice
from echoweave.config_keys import check_keys
from echoweave.cpu import usable_cpus
from echoweave.engine import present_run
from echoweave.errors import InputError, Problem
from echoweave.imports import code_digest
from echoweave.paths import check_places, expand_paths
from echoweave.records import keep_records, restore_records
from echoweave.runs import claim
from echoweave.segmentation.settings import learning

BASE = Path(workflow.basedir)
RUN = present_run(workflow)

try:
    check_keys(RUN.config_files)
    check_config(config, BASE / "config/schema.yaml")
    expand_paths(config, BASE / "config/schema.yaml")
    RESULTS = Path(config["results_dir"])
    if RUN.main:
        check_places(config, BASE, RUN.own_config_files)
        restore_records(RESULTS)
except InputError as error:
    raise WorkflowError(f"\n{error}") from None

HAS_COHORT = config["data"]["dataset"] is not None
# On a cluster there is no --cores: one on the login node, which others use, too.
PARSING_CORES = min(RUN.cores or 1, usable_cpus())


# What of segmentation.training a trained nnU-Net depends on.
LEARNING = [f"segmentation.training.{key}" for key in learning(config["segmentation"]["training"])]


def settings(*keys):
    """The config slice that a rule depends on; a change elsewhere leaves the rule alone."""
    return config_slice(config, *keys)


# Several rules share a script, and dozens of bucket rules do.
@cache
def library(script):
    """A digest of a script and the library files that it runs: a change makes its results stale.

    A param, not inputs: of those an older date hides a change, as after unpacking or `rsync -a`.
    """
    return code_digest(BASE / f"workflow/scripts/{script}.py")


def memory(megabytes):
    """Memory that a job asks for; more each time it is tried again."""
    return lambda wildcards, attempt: megabytes * attempt


def gpus(device):
    """GPUs that a job asks for."""
    return 0 if device == "cpu" else 1


def nothing_without(key):
    """The input of a target that cannot be made because ``key`` is null."""

    def refuse(wildcards):
        what, remedy = "it is null, and the target needs it", "set it to the folder of the data"
        raise WorkflowError(f"\n{InputError(Problem('config', key, what, remedy))}")

    return refuse


def logs(name):
    return RESULTS / f"logs/{name}.log"


def benchmarks(name):
    return RESULTS / f"benchmarks/{name}.tsv"
