"""What every stage shares: checked config, cohort, paths, params and library files.

Comes in: the merged config and the data trees it names.
Goes out: COHORT (the good sequences), EXTERNAL (those of another data set, or None), RESULTS and the helpers below.
"""

import os
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

from echoweave.surroundings import shield_imports, shield_jobs

# Before anything else is imported: Snakemake looks for modules in the Snakefile's folder first.
shield_imports(Path(workflow.basedir), Path())
shield_jobs(os.environ)

from echoweave.agreement import check_agreement
from echoweave.datasets.cohort import load_cohort
from echoweave.datasets.external import load_external
from echoweave.config import check_config, config_slice
from echoweave.config_keys import check_keys
from echoweave.cpu import usable_cpus
from echoweave.engine import present_run
from echoweave.errors import InputError
from echoweave.imports import code_digest
from echoweave.paths import check_places, expand_paths
from echoweave.pseudolabels.estimators.registry import unknown_estimators
from echoweave.records import keep_records, restore_records
from echoweave.runs import claim
from echoweave.segmentation.arm import CONFIGURATIONS
from echoweave.segmentation.arms import (
    PRETRAINING,
    arm_problems,
    candidates,
    data_sets,
    manual_arm,
    prepared_networks,
    trained_arms,
)
from echoweave.segmentation.plan_parts import plan_problems

BASE = Path(workflow.basedir)
RUN = present_run(workflow)

try:
    check_keys(RUN.config_files)
    check_config(config, BASE / "config/schema.yaml")
    expand_paths(config, BASE / "config/schema.yaml")
    RESULTS = Path(config["results_dir"])
    problems = [
        *unknown_estimators(config["pseudolabels"]["estimators"], config["registration"]["models"]),
        *arm_problems(config["segmentation"]),
        *plan_problems(config["segmentation"]["plans"]),
    ]
    if problems:
        raise InputError(problems)
    if RUN.main:
        check_places(config, BASE, RUN.own_config_files)
        restore_records(RESULTS)
    # On a cluster there is no --cores: one on the login node, which others use, too.
    cores = min(RUN.cores or 1, usable_cpus())
    COHORT = load_cohort(config, RESULTS, threads=cores)
    EXTERNAL = load_external(config, COHORT, RESULTS, threads=cores)
    if RUN.main:
        COHORT.warn()
        if EXTERNAL:
            EXTERNAL.warn()
        check_agreement(config, COHORT)
except InputError as error:
    raise WorkflowError(f"\n{error}") from None

# Apart, so that a new test patient touches no file that a network was trained on.
TRAINING_BUCKETS = COHORT.buckets(COHORT.training_patients, config["chunks"])
TESTING_BUCKETS = COHORT.buckets(COHORT.testing_patients, config["chunks"])
BUCKETS = {
    **{f"training_{bucket}": patients for bucket, patients in TRAINING_BUCKETS.items()},
    **{f"testing_{bucket}": patients for bucket, patients in TESTING_BUCKETS.items()},
}
EXTERNAL_BUCKETS = EXTERNAL.buckets(EXTERNAL.patients, config["chunks"]) if EXTERNAL else {}
BUCKET_OF = {patient: bucket for bucket, patients in BUCKETS.items() for patient in patients}
SEQUENCES = {
    bucket: [source.name for source in COHORT.sequences_of(patients)]
    for bucket, patients in BUCKETS.items()
}
FOLDS = range(COHORT.n_folds)
ESTIMATORS = config["pseudolabels"]["estimators"]
USED = config["pseudolabels"]["use"]
ARMS = trained_arms(config["segmentation"]["arms"], COHORT.dataset.title)
# Its nnU-Net is what pseudo-labels are compared with.
MANUAL_ARM = manual_arm(ARMS)
# The one that is shown where there is room for one.
SHOWN_ARM = list(ARMS)[-1]
# The nnU-Nets that each arm trains and chooses from.
CANDIDATES = candidates(ARMS, config["segmentation"]["candidates"])
# What they are trained on, some of them on the same, and the networks that are prepared for it.
DATA_SETS = data_sets(ARMS.values())
PREPARED = prepared_networks(ARMS.values(), CANDIDATES)
MODELS = [name for name in ESTIMATORS if name in config["registration"]["models"]]


wildcard_constraints:
    arm="|".join(ARMS),
    estimator="|".join(ESTIMATORS),
    model="|".join(config["registration"]["models"]),
    fold="|".join(str(fold) for fold in FOLDS),
    configuration="|".join(CONFIGURATIONS),


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
