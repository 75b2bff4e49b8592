"""What every stage shares: checked config, cohort, paths, params and library files.

Comes in: the merged config and the data trees it names.
Goes out: COHORT (the good sequences), RESULTS and the helpers below.
"""

import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

import echoweave
from echoweave.cache.cohort import load_cohort
from echoweave.config import check_config, config_slice
from echoweave.errors import InputError
from echoweave.pseudolabels.estimators.registry import unknown_estimators
from echoweave.pseudolabels.files import DIRECTIONS, label_path
from echoweave.segmentation.arms import ARMS

RESULTS = Path(config["results_dir"])
NNUNET = RESULTS / "nnunet"
MEASURES = RESULTS / "measures"
BASE = Path(workflow.basedir)

try:
    check_config(config, BASE / "config/schema.yaml")
    problems = unknown_estimators(
        config["pseudolabels"]["estimators"], config["registration"]["models"]
    )
    if problems:
        raise InputError(problems)
    COHORT = load_cohort(config, RESULTS)
except InputError as error:
    raise WorkflowError(f"\n{error}") from None

# Apart, so that a new test patient touches no file that a network was trained on.
TRAINING_BUCKETS = COHORT.buckets(COHORT.training_patients, config["chunks"])
TESTING_BUCKETS = COHORT.buckets(COHORT.testing_patients, config["chunks"])
BUCKETS = {
    **{f"training_{bucket}": patients for bucket, patients in TRAINING_BUCKETS.items()},
    **{f"testing_{bucket}": patients for bucket, patients in TESTING_BUCKETS.items()},
}
FOLDS = range(config["folds"])
ESTIMATORS = config["pseudolabels"]["estimators"]
USED = config["pseudolabels"]["use"]
MODELS = [name for name in ESTIMATORS if name in config["registration"]["models"]]


wildcard_constraints:
    arm="|".join(ARMS),
    estimator="|".join(ESTIMATORS),
    model="|".join(config["registration"]["models"]),
    fold=r"\d+",


def settings(*keys):
    """The config slice that a rule depends on; a change elsewhere leaves the rule alone."""
    return config_slice(config, *keys)


def library(*packages):
    """The library files that a stage runs: a change in one of them makes its results stale.

    Relative paths, so that moving the checkout makes nothing stale.
    """
    folders = [Path(echoweave.__file__).parent / package for package in packages]
    files = [file for folder in folders for file in sorted(folder.rglob("*.*"))]
    return [os.path.relpath(file) for file in files if file.suffix != ".pyc"]


def memory(megabytes):
    """Memory that a job asks for; more each time it is tried again."""
    return lambda wildcards, attempt: megabytes * attempt


def nnunet_root(wildcards):
    """nnU-Net keeps more below its root than the files that rules declare."""
    return str(NNUNET)


def used_pseudolabels(wildcards):
    return str(RESULTS / "pseudolabels" / USED)


# Paths, in data order.


def cache_files(patients):
    return [RESULTS / f"cache/{patient}.h5" for patient in patients]


def checkpoint_of(wildcards):
    trained = wildcards.estimator in MODELS
    return RESULTS / f"registration/{wildcards.estimator}/model.pt" if trained else []


def pseudolabel_files(estimator, sequences, directions=DIRECTIONS):
    folder = RESULTS / "pseudolabels" / estimator
    names = [sequence.name for sequence in sequences]
    return [label_path(folder, direction, name) for direction in directions for name in names]


def quality_file(estimator):
    return RESULTS / "pseudolabels" / estimator / "quality.tsv"


def prediction_files(arm, sequences):
    return [RESULTS / "predictions" / arm / f"{sequence.name}.nii.gz" for sequence in sequences]


def arm_measures(kind):
    return [MEASURES / arm / f"{kind}.tsv" for arm in ARMS]


def drawn(name, category, caption):
    """A figure as SVG and PNG; the report shows the PNG, which every browser draws alike."""
    return {
        "svg": RESULTS / f"figures/{name}.svg",
        "png": report(
            RESULTS / f"figures/{name}.png",
            caption=f"../workflow/report/figures/{caption}.rst",
            category=category,
            labels={"figure": name},
        ),
    }


def layers_of(sequences):
    """What the viewer lays over these sequences: pseudo-labels or predictions."""
    training = [source for source in sequences if source.split == "training"]
    testing = [source for source in sequences if source.split == "testing"]
    predictions = [path for arm in ARMS for path in prediction_files(arm, testing)]
    return [*pseudolabel_files(USED, training), *predictions]


def clip_files(patients):
    return [RESULTS / f"viewer/data/{source.name}.js" for source in COHORT.sequences_of(patients)]


def logs(name):
    return RESULTS / f"logs/{name}.log"


def benchmarks(name):
    return RESULTS / f"benchmarks/{name}.tsv"
