"""The cohort of B-mode sequences, what is made of it, and who is trained on what.

Comes in: the data trees that the config names.
Goes out: COHORT (the good sequences), EXTERNAL (those of another data set, or None), buckets, arms and networks.
"""

from echoweave.agreement import check_agreement
from echoweave.datasets.cohort import load_cohort
from echoweave.datasets.external import load_external
from echoweave.pseudolabels.estimators.registry import unknown_estimators
from echoweave.segmentation.arm import CONFIGURATIONS
from echoweave.segmentation.arms import (
    PRETRAINING,
    TEACHER,
    arm_problems,
    candidates,
    data_sets,
    manual_arm,
    prepared_networks,
    trained_arms,
)
from echoweave.segmentation.plan_parts import plan_problems

try:
    problems = [
        *unknown_estimators(config["pseudolabels"]["estimators"], config["registration"]["models"]),
        *arm_problems(config["segmentation"]),
        *plan_problems(config["segmentation"]["plans"]),
    ]
    if problems:
        raise InputError(problems)
    COHORT = load_cohort(config, RESULTS, threads=PARSING_CORES)
    EXTERNAL = load_external(config, COHORT, RESULTS, threads=PARSING_CORES)
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
