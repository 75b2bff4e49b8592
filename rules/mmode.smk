"""The wing of M-mode: strips in, LV diameter, beats and function out.

Comes in: mmode.root (PNG pairs, DICOM, traces, regions.tsv), and where there is a B-mode cohort its cache/{patient}.h5,
out of which virtual strips are cut.
Goes out, all in mmode/: strips/{recording}.h5, windows/ and quality_windows/ to learn from, networks/, nnunet/,
bundles/{network}/ for `echoweave segment --mode m`, testing/{network}/, measured/{network}/ (test recordings), tables/,
figures/, report.html. Part of `all` only where mmode.root is set.
"""

from echoweave.datasets.cohort import Cohort
from echoweave.io.buckets import check_indexes, index_name
from echoweave.logs import log_to_terminal
from echoweave.mmode.arm import MMODE_ARM, MMODE_FOLD
from echoweave.mmode.strips.cohort import load_mmode_cohort, nothing_to_measure
from echoweave.mmode.strips.recording import SPLITS
from echoweave.mmode.outputs.files import STRIP_FILES
from echoweave.segmentation.files import (
    curves_file,
    prepared_file,
    raw_folder,
    validation_summary,
)
from echoweave.segmentation.settings import learning

MMODE = RESULTS / "mmode"
MMODE_NNUNET = MMODE / "nnunet"
MMODE_NETWORKS = config["mmode"]["networks"]
MMODE_DEVICE = config["segmentation"]["device"]

try:
    if not HAS_COHORT and config["mmode"]["root"] is None:
        raise InputError(nothing_to_measure())
    RECORDED = (
        load_mmode_cohort(
            Path(config["mmode"]["root"]),
            *(config["mmode"][key] for key in ["mm_per_px", "ms_per_px"]),
            *(config["mmode"][key] for key in ["validation_percent", "test_percent"]),
            config["seed"],
            RESULTS / ".mmode_inspected.json",
        )
        if config["mmode"]["root"]
        else None
    )
except InputError as error:
    raise WorkflowError(f"\n{error}") from None

# By split and animal, so that a new test animal touches nothing that a network was trained on.
RECORDED_BUCKETS = {
    f"recorded_{split}_{bucket}": [one for one in recordings if one.animal in animals]
    for split in SPLITS
    for recordings in ([RECORDED.split(split)] if RECORDED else [])
    for bucket, animals in Cohort.buckets(
        {one.animal for one in recordings}, config["chunks"]
    ).items()
}
# Of sequences with masks: without one nobody knows where the ventricle is.
VIRTUAL_NAMES = {
    f"virtual_{bucket}": names
    for bucket, patients in (
        BUCKETS if HAS_COHORT and config["mmode"]["virtual_height"] is not None else {}
    ).items()
    if (names := [source.name for source in COHORT.sequences_of(patients) if source.files.labelled])
}
VIRTUAL_BUCKETS = {bucket: BUCKETS[bucket.removeprefix("virtual_")] for bucket in VIRTUAL_NAMES}
STRIP_NAMES = {
    bucket: [one.name for one in recordings] for bucket, recordings in RECORDED_BUCKETS.items()
} | VIRTUAL_NAMES
STRIPS = {
    bucket: MMODE / "strips/index" / index_name(bucket, names)
    for bucket, names in STRIP_NAMES.items()
}
TESTED_STRIPS = [bucket for bucket in STRIPS if "_testing_" in bucket]
LEARNT = {
    "learning": [bucket for bucket in STRIPS if bucket not in TESTED_STRIPS],
    "testing": TESTED_STRIPS,
}
NAMES_IN = {
    part: {name for bucket in buckets for name in STRIP_NAMES[bucket]}
    for part, buckets in LEARNT.items()
}
WINDOW_SPLITS = {"learning": ["training", "validation"], "testing": ["testing"]}
WINDOWS = {split: MMODE / "windows" / split for split in SPLITS}
REGIONS = RECORDED.regions if RECORDED else {}
MMODE_DATA = " and ".join(
    [*(["recorded M-mode"] if RECORDED else []), *(["virtual M-mode"] if VIRTUAL_BUCKETS else [])]
)
MEASURED = [(network, bucket) for network in MMODE_NETWORKS for bucket in TESTED_STRIPS]
MEASURED_INDEXES = [
    MMODE / "measured" / network / "index" / STRIPS[bucket].name for network, bucket in MEASURED
]
JUDGED = bool(RECORDED and RECORDED.regions)


wildcard_constraints:
    network="|".join(MMODE_NETWORKS),


rule mmode:
    input:
        list(STRIPS.values()),
        MEASURED_INDEXES,
        expand(MMODE / "bundles/{network}", network=MMODE_NETWORKS),
        expand(MMODE / "testing/{network}", network=MMODE_NETWORKS),
        [MMODE / f"tables/networks.{ext}" for ext in ["tsv", "md", "tex", "html"]],
        [MMODE / f"tables/{name}.tsv" for name in ["recordings", "beats", "animals"]],
        expand(MMODE / "figures/{name}.{ext}", name=["agreement", "curves"], ext=["svg", "png"]),
        MMODE / "report.html",
    message:
        "The strips are measured"


for bucket, recordings in RECORDED_BUCKETS.items():

    rule:
        name:
            f"read_strips_{bucket}"
        output:
            STRIPS[bucket],
        log:
            logs(f"read_strips_{bucket}"),
        benchmark:
            benchmarks(f"read_strips_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(2000),
        params:
            code=library("read_strips"),
            recordings=recordings,
            species=config["mmode"]["species"],
            names=[f"{name}.h5" for name in STRIP_NAMES[bucket]],
        message:
            f"Reading {len(recordings)} strips"
        script:
            "../workflow/scripts/read_strips.py"


for bucket, patients in VIRTUAL_BUCKETS.items():

    rule:
        name:
            f"sample_strips_{bucket}"
        input:
            caches=cache_indexes(patients),
        output:
            STRIPS[bucket],
        log:
            logs(f"sample_strips_{bucket}"),
        benchmark:
            benchmarks(f"sample_strips_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(2000),
        params:
            code=library("sample_strips"),
            splits={
                patient: (
                    "testing"
                    if "_testing_" in bucket
                    else "validation" if COHORT.folds.get(patient) == MMODE_FOLD else "training"
                )
                for patient in patients
            },
            height=config["mmode"]["virtual_height"],
            frame_rate_hz=config["evaluation"]["frame_rate_hz"],
            names=[f"{name}.h5" for name in STRIP_NAMES[bucket]],
        message:
            f"Cutting virtual strips out of the sequences of {len(patients)} patients"
        script:
            "../workflow/scripts/sample_strips.py"


for part, buckets in LEARNT.items():

    rule:
        name:
            f"write_mmode_windows_{part}"
        input:
            strips=[STRIPS[bucket] for bucket in buckets],
        output:
            [directory(WINDOWS[split]) for split in WINDOW_SPLITS[part]],
        log:
            logs(f"write_mmode_windows_{part}"),
        benchmark:
            benchmarks(f"write_mmode_windows_{part}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(2000),
        params:
            code=library("write_mmode_windows"),
            regions={name: REGIONS[name] for name in REGIONS if name in NAMES_IN[part]},
            shares=config["mmode"]["window_shares"],
        message:
            f"Cutting windows with masks, {part}"
        script:
            "../workflow/scripts/write_mmode_windows.py"


rule train_quicknat:
    input:
        training=WINDOWS["training"],
        validation=WINDOWS["validation"],
    output:
        model=MMODE / "networks/quicknat/model.pt",
        curves=MMODE / "networks/quicknat/curves.tsv",
    log:
        logs("train_quicknat"),
    benchmark:
        benchmarks("train_quicknat")
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(16000),
        gpu=gpus(MMODE_DEVICE),
    params:
        code=library("train_quicknat"),
        settings=settings("mmode.quicknat")["quicknat"]
        | {
            "size": config["mmode"]["size"],
            "seed": config["seed"],
        },
    message:
        "Training QuickNAT"
    script:
        "../workflow/scripts/train_quicknat.py"


rule write_mmode_raw:
    input:
        training=WINDOWS["training"],
        validation=WINDOWS["validation"],
    output:
        directory(raw_folder(MMODE_NNUNET, MMODE_ARM)),
    log:
        logs("write_mmode_raw"),
    benchmark:
        benchmarks("write_mmode_raw")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("write_mmode_raw"),
        arm=MMODE_ARM,
        root=MMODE_NNUNET,
        size=config["mmode"]["size"],
    message:
        "Writing the raw data set of M-mode"
    script:
        "../workflow/scripts/write_mmode_raw.py"


rule plan_mmode:
    input:
        raw=rules.write_mmode_raw.output[0],
    output:
        prepared_file(MMODE_NNUNET, MMODE_ARM),
    log:
        logs("plan_mmode"),
    benchmark:
        benchmarks("plan_mmode")
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(16000),
    params:
        code=library("plan"),
        arm=MMODE_ARM,
        root=MMODE_NNUNET,
        configurations=["2d"],
        settings={"2d": settings("mmode.plan")["plan"]},
    message:
        "Planning and preprocessing M-mode"
    script:
        "../workflow/scripts/plan.py"


rule train_fold_mmode:
    input:
        prepared=rules.plan_mmode.output[0],
        start=[],
    output:
        validation_summary(MMODE_NNUNET, MMODE_ARM, "{configuration}", "{fold}"),
    log:
        logs("train_fold_mmode/{configuration}_{fold}"),
    benchmark:
        benchmarks("train_fold_mmode/{configuration}_{fold}")
    wildcard_constraints:
        configuration="2d",
        fold=str(MMODE_FOLD),
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(16000),
        gpu=gpus(MMODE_DEVICE),
    params:
        code=library("train_fold"),
        arm=MMODE_ARM,
        root=MMODE_NNUNET,
        settings=settings(
            *(
                f"segmentation.training.{key}"
                for key in learning(config["segmentation"]["training"])
            )
        ),
        seed=config["seed"],
        probabilities=False,
    message:
        "Training nnU-Net on M-mode"
    script:
        "../workflow/scripts/train_fold.py"


if JUDGED:

    rule write_quality_windows:
        input:
            strips=[STRIPS[bucket] for bucket in LEARNT["learning"] if bucket in RECORDED_BUCKETS],
        output:
            [directory(MMODE / "quality_windows" / split) for split in WINDOW_SPLITS["learning"]],
        log:
            logs("write_quality_windows"),
        benchmark:
            benchmarks("write_quality_windows")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("write_quality_windows"),
            regions={name: REGIONS[name] for name in REGIONS if name in NAMES_IN["learning"]},
        message:
            "Cutting good and bad windows"
        script:
            "../workflow/scripts/write_quality_windows.py"

    rule train_window_classifier:
        input:
            training=MMODE / "quality_windows/training",
            validation=MMODE / "quality_windows/validation",
        output:
            model=MMODE / "networks/window_classifier/model.pt",
            curves=MMODE / "networks/window_classifier/curves.tsv",
        log:
            logs("train_window_classifier"),
        benchmark:
            benchmarks("train_window_classifier")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(8000),
            gpu=gpus(MMODE_DEVICE),
        params:
            code=library("train_window_classifier"),
            settings=settings(
                "seed",
                *(
                    f"mmode.quality.{key}"
                    for key in ["size", "epochs", "batch_size", "learning_rate"]
                ),
            )
            | {"start": None},
        message:
            "Training the network that judges windows"
        script:
            "../workflow/scripts/train_window_classifier.py"


rule write_mmode_bundle:
    input:
        trained=lambda wildcards: (
            rules.train_quicknat.output[0]
            if wildcards.network == "quicknat"
            else validation_summary(MMODE_NNUNET, MMODE_ARM, "2d", MMODE_FOLD)
        ),
        classifier=rules.train_window_classifier.output.model if JUDGED else [],
        strips=[STRIPS[bucket] for bucket in LEARNT["learning"]],
    output:
        directory(MMODE / "bundles/{network}"),
    log:
        logs("write_mmode_bundle/{network}"),
    benchmark:
        benchmarks("write_mmode_bundle/{network}")
    conda:
        "../envs/echoweave.yaml"
    resources:
        mem_mb=memory(4000),
    params:
        code=library("write_mmode_bundle"),
        arm=MMODE_ARM,
        root=MMODE_NNUNET,
        species=config["mmode"]["species"],
        shares=config["mmode"]["window_shares"],
        data_set=MMODE_DATA,
        threshold=config["mmode"]["quality"]["threshold"],
    message:
        "Writing the bundle of {wildcards.network}"
    script:
        "../workflow/scripts/write_mmode_bundle.py"


rule measure_windows:
    input:
        bundle=rules.write_mmode_bundle.output[0],
        windows=WINDOWS["testing"],
    output:
        directory(MMODE / "testing/{network}"),
    log:
        logs("measure_windows/{network}"),
    benchmark:
        benchmarks("measure_windows/{network}")
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(4000),
    params:
        code=library("measure_windows"),
        samples=config["evaluation"]["bootstrap_samples"],
        seed=config["seed"],
    message:
        "Measuring {wildcards.network} on windows of test animals"
    script:
        "../workflow/scripts/measure_windows.py"


for bucket in TESTED_STRIPS:

    rule:
        name:
            f"measure_strips_{bucket}"
        input:
            strips=STRIPS[bucket],
            bundle=rules.write_mmode_bundle.output[0],
        output:
            index=MMODE / "measured/{network}/index" / STRIPS[bucket].name,
            recordings=MMODE / f"measured/{{network}}/tables/{bucket}_recordings.tsv",
            beats=MMODE / f"measured/{{network}}/tables/{bucket}_beats.tsv",
        log:
            logs(f"measure_strips/{{network}}_{bucket}"),
        benchmark:
            benchmarks(f"measure_strips/{{network}}_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(4000),
        params:
            code=library("measure_strips"),
            names=[f"{name}/{file}" for name in STRIP_NAMES[bucket] for file in STRIP_FILES],
        message:
            "Measuring strips of test animals with {wildcards.network}"
        script:
            "../workflow/scripts/measure_strips.py"


MEASURED_TABLES = {
    name: [MMODE / f"measured/{network}/tables/{bucket}_{name}.tsv" for network, bucket in MEASURED]
    for name in ["recordings", "beats"]
}
TRAINED = {
    "quicknat": rules.train_quicknat.output.curves,
    "nnunet": curves_file(MMODE_NNUNET, MMODE_ARM, "2d", MMODE_FOLD),
}

if workflow.is_main_process:
    with log_to_terminal():
        check_indexes([*STRIPS.values(), *MEASURED_INDEXES])


rule make_mmode_tables:
    input:
        recordings=MEASURED_TABLES["recordings"],
        beats=MEASURED_TABLES["beats"],
        testing=expand(rules.measure_windows.output[0], network=MMODE_NETWORKS),
    output:
        [MMODE / f"tables/networks.{ext}" for ext in ["tsv", "md", "tex", "html"]],
        [MMODE / f"tables/{name}.tsv" for name in ["recordings", "beats", "animals"]],
    log:
        logs("make_mmode_tables"),
    benchmark:
        benchmarks("make_mmode_tables")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("make_mmode_tables"),
        networks=MMODE_NETWORKS,
        samples=config["evaluation"]["bootstrap_samples"],
        seed=config["seed"],
    message:
        "Comparing the networks"
    script:
        "../workflow/scripts/make_mmode_tables.py"


rule draw_mmode_agreement:
    input:
        recordings=MMODE / "tables/recordings.tsv",
    output:
        svg=MMODE / "figures/agreement.svg",
        png=MMODE / "figures/agreement.png",
    log:
        logs("draw_mmode_agreement"),
    benchmark:
        benchmarks("draw_mmode_agreement")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_mmode_agreement"),
        networks=MMODE_NETWORKS,
    message:
        "Drawing how the networks agree with true masks"
    script:
        "../workflow/scripts/draw_mmode_agreement.py"


rule draw_mmode_curves:
    input:
        trained=[
            (
                rules.train_quicknat.output.model
                if network == "quicknat"
                else validation_summary(MMODE_NNUNET, MMODE_ARM, "2d", MMODE_FOLD)
            )
            for network in MMODE_NETWORKS
        ],
    output:
        svg=MMODE / "figures/curves.svg",
        png=MMODE / "figures/curves.png",
    log:
        logs("draw_mmode_curves"),
    benchmark:
        benchmarks("draw_mmode_curves")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_mmode_curves"),
        # nnU-Net's lies beside the summary, and no rule declares it.
        curves={network: Path(TRAINED[network]) for network in MMODE_NETWORKS},
    message:
        "Drawing the trainings of the networks"
    script:
        "../workflow/scripts/draw_mmode_curves.py"


rule render_mmode_report:
    input:
        tables=rules.make_mmode_tables.output,
        figures=[rules.draw_mmode_agreement.output.png, rules.draw_mmode_curves.output.png],
        testing=MMODE / "testing" / MMODE_NETWORKS[-1],
        measured=MEASURED_INDEXES,
    output:
        MMODE / "report.html",
    log:
        logs("render_mmode_report"),
    benchmark:
        benchmarks("render_mmode_report")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("render_mmode_report"),
        network=MMODE_NETWORKS[-1],
    message:
        "Rendering the report of M-mode"
    script:
        "../workflow/scripts/render_mmode_report.py"
