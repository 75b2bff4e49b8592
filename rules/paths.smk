"""Where the artefacts lie below results_dir, in data order.

Comes in: RESULTS and what else common.smk makes of the config.
Goes out: folders, and functions that name files.

A path among params is a Path, which Snakemake does not keep with the results: where they lie makes
nothing stale.
"""

from echoweave.pseudolabels.files import DIRECTIONS, label_path
from echoweave.segmentation.arm import SCRATCH
from echoweave.segmentation.files import validation_summary

# nnU-Net keeps more below its root than the files that rules declare.
NNUNET = RESULTS / "nnunet"
MEASURES = RESULTS / "measures"


def cache_files(patients):
    return [RESULTS / f"cache/{patient}.h5" for patient in patients]


def checkpoint_of(estimator):
    return RESULTS / f"registration/{estimator}/model.pt" if estimator in MODELS else []


def pseudolabel_files(estimator, sequences, directions=DIRECTIONS):
    folder = RESULTS / "pseudolabels" / estimator
    names = [sequence.name for sequence in sequences]
    return [label_path(folder, direction, name) for direction in directions for name in names]


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
    """The same fold of the arm that one starts from, trained; nothing for a start from scratch."""
    if arm.start == SCRATCH:
        return []
    return validation_summary(NNUNET, ARMS[arm.start], "{configuration}", "{fold}")


def prediction_files(arm, sequences):
    return [RESULTS / "predictions" / arm / f"{sequence.name}.nii.gz" for sequence in sequences]


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


def clip_files(patients):
    return [RESULTS / f"viewer/data/{source.name}.js" for source in COHORT.sequences_of(patients)]


def checksums(part):
    return RESULTS / f"checksums/{part}.tsv"


def logs(name):
    return RESULTS / f"logs/{name}.log"


def benchmarks(name):
    return RESULTS / f"benchmarks/{name}.tsv"
