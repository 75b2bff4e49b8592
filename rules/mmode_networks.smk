"""The wing of M-mode, second part: windows to learn from, networks, bundles.

Comes in: mmode/strips/.
Goes out: mmode/windows/ and quality_windows/, one folder a split, networks/, nnunet/, bundles/{network}/.
"""

from echoweave.mmode.arm import MMODE_ARM, MMODE_FOLD
from echoweave.segmentation.files import prepared_file, raw_folder, validation_summary

MMODE_NNUNET = MMODE / "nnunet"
MMODE_DEVICE = config["segmentation"]["device"]
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
JUDGED = bool(RECORDED and RECORDED.regions)


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
        start=config["mmode"]["quicknat"]["start"] or [],
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
        code=library("train_window_network"),
        network="quicknat",
        settings=settings(
            "mmode.size",
            "seed",
            *(f"mmode.quicknat.{key}" for key in ["epochs", "batch_size", "learning_rate"]),
        ),
    message:
        "Training QuickNAT"
    script:
        "../workflow/scripts/train_window_network.py"


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
        place="mmode.plan",
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
        settings=settings(*LEARNING),
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
            start=[],
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
            code=library("train_window_network"),
            network="window_classifier",
            settings=settings(
                "seed",
                *(
                    f"mmode.quality.{key}"
                    for key in ["size", "epochs", "batch_size", "learning_rate"]
                ),
            ),
        message:
            "Training the network that judges windows"
        script:
            "../workflow/scripts/train_window_network.py"


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
