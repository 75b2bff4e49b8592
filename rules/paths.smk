"""Where the artefacts lie below results_dir, in data order.

Comes in: RESULTS and what cohort.smk makes of the config.
Goes out: folders, and functions that name files.

Of the files of each patient rules declare the index of a bucket (echoweave.io.buckets), and what
reads some of them depends on their buckets: a job makes all of a bucket or nothing.

A path among params is a Path, which Snakemake does not keep with the results: where they lie makes
nothing stale.
"""

from echoweave.io.buckets import check_indexes, index_name
from echoweave.logs import log_to_terminal
from echoweave.segmentation.arm import MASKED, SCRATCH
from echoweave.segmentation.files import rebuilt_file, validation_summary

# nnU-Net keeps more below its root than the files that rules declare.
NNUNET = RESULTS / "nnunet"
# What rebuilds hidden frames, and the arms that start from it.
REBUILDING = PRETRAINING._replace(data_set=COHORT.dataset.title)
STARTED = [name for name, arm in ARMS.items() if arm.start == MASKED]
MEASURES = RESULTS / "measures"
# The nnU-Net that labels every frame for registration networks, and what it makes.
TEACHING = TEACHER._replace(data_set=COHORT.dataset.title)
NOISY_LABELS = RESULTS / "registration/noisy_labels"


def indexes(folder, patients):
    """Of the artefacts of these patients in a folder."""
    buckets = dict.fromkeys(BUCKET_OF[patient] for patient in patients)
    return [folder / "index" / index_name(bucket, SEQUENCES[bucket]) for bucket in buckets]


def cache_indexes(patients):
    return indexes(RESULTS / "cache", patients)


def checkpoint_of(estimator):
    return RESULTS / f"registration/{estimator}/model.pt" if estimator in MODELS else []


def pseudolabel_indexes(estimator, patients):
    return indexes(RESULTS / "pseudolabels" / estimator, patients)


def quality_file(estimator):
    return RESULTS / "pseudolabels" / estimator / "quality.tsv"


def summaries_of(arm):
    """The last file of every training of an arm."""
    return [
        validation_summary(NNUNET, ARMS[arm], configuration, fold)
        for configuration in CANDIDATES[arm]
        for fold in FOLDS
    ]


def start_of(arm):
    """The same fold of what an arm starts from, trained; nothing for a start from scratch."""
    if arm.start == SCRATCH:
        return []
    if arm.start == MASKED:
        return rebuilt_file(NNUNET, REBUILDING, "{fold}")
    return validation_summary(NNUNET, ARMS[arm.start], "{configuration}", "{fold}")


def prediction_indexes(arm, patients):
    return indexes(RESULTS / "predictions" / arm, patients)


def clips_folder(arm):
    """Where the whole clips that an arm segments lie, for a data set that has them."""
    return RESULTS / "predictions/clips" / arm if COHORT.dataset.whole_clips else None


def whole_clip_indexes(arm, patients):
    folder = clips_folder(arm)
    return indexes(folder, patients) if folder else []


def tested_indexes(arm):
    """Predictions of the test sequences as the arm made them, whole clips where there are such."""
    patients = COHORT.testing_patients
    return whole_clip_indexes(arm, patients) or prediction_indexes(arm, patients)


def external_index(folder, bucket):
    """Of the artefacts of a bucket of the other data set."""
    names = [source.name for source in EXTERNAL.sequences_of(EXTERNAL_BUCKETS[bucket])]
    return folder / "index" / index_name(f"external_{bucket}", names)


def external_indexes(folder):
    return [external_index(folder, bucket) for bucket in EXTERNAL_BUCKETS]


def arm_measures(kind):
    return [MEASURES / arm / f"{kind}.tsv" for arm in ARMS]


def drawn(name, category, title, twin="svg"):
    """A figure as PNG and its twin; the report shows the PNG, which every browser draws alike."""
    caption = name.partition("_{")[0]
    return {
        twin: RESULTS / f"figures/{name}.{twin}",
        "png": report(
            RESULTS / f"figures/{name}.png",
            caption=f"../workflow/report/figures/{caption}.rst",
            category=category,
            labels={"figure": title},
        ),
    }


def clip_indexes(patients):
    return indexes(RESULTS / "viewer/data", patients)


def checksums(part):
    return RESULTS / f"checksums/{part}.tsv"


if workflow.is_main_process:
    folders = [
        RESULTS / "cache",
        *(RESULTS / "pseudolabels" / estimator for estimator in ESTIMATORS),
        *(RESULTS / "predictions" / arm for arm in ARMS),
        *(clips_folder(arm) for arm in ARMS if COHORT.dataset.whole_clips),
        RESULTS / "viewer/data",
    ]
    external_folders = [
        RESULTS / "external/cache",
        *(RESULTS / "predictions/external" / arm for arm in ARMS),
    ]
    with log_to_terminal():
        check_indexes(one for folder in folders for one in indexes(folder, COHORT.patients))
        check_indexes(one for folder in external_folders for one in external_indexes(folder))
