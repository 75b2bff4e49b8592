"""The wing of Learn2Reg, second part: noisy labels, registration networks, displacement fields.

Comes in: learn2reg/cases/.
Goes out: learn2reg/nnunet/, noisy_labels/ (a mask of every training case), networks/{network}/model.pt,
fields/{variant}/{split}/ (a displacement field a pair).

The longest chain of jobs, from the nnU-Net to the last row, has priority.
"""

from echoweave.learn2reg.noisy.arm import NOISY_ARM, NOISY_CONFIGURATION, NOISY_FOLD
from echoweave.learn2reg.variants import VARIANTS, listed_variants, needed_networks, training_of
from echoweave.segmentation.files import prepared_file, raw_folder, validation_summary

VOLUME_NNUNET = LEARN2REG / "nnunet"
VOLUME_DEVICE = config["registration"]["device"]
RUN_VARIANTS = listed_variants(VOLUME_CONFIG["variants"])
RUN_NETWORKS = needed_networks(RUN_VARIANTS)
TRAINING_CASES = CASES_OF["training"] + CASES_OF["others"]
PAIR_SPLITS = [split for split, pairs in VOLUMES.pairs.items() if pairs]


wildcard_constraints:
    variant="|".join(VARIANTS),
    split="|".join(VOLUMES.pairs),


rule write_volume_raw:
    input:
        training=TRAINING_CASES,
        choosing=CASES_OF["choosing"],
    output:
        directory(raw_folder(VOLUME_NNUNET, NOISY_ARM)),
    log:
        logs("write_volume_raw"),
    benchmark:
        benchmarks("write_volume_raw")
    priority: 1
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("write_volume_raw"),
        arm=NOISY_ARM,
        root=VOLUME_NNUNET,
    message:
        "Writing the raw data set of partly labelled volumes"
    script:
        "../workflow/scripts/write_volume_raw.py"


rule plan_noisy:
    input:
        raw=rules.write_volume_raw.output[0],
    output:
        prepared_file(VOLUME_NNUNET, NOISY_ARM),
    log:
        logs("plan_noisy"),
    benchmark:
        benchmarks("plan_noisy")
    priority: 1
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(32000),
    params:
        code=library("plan"),
        arm=NOISY_ARM,
        root=VOLUME_NNUNET,
        configurations=[NOISY_CONFIGURATION],
        settings={NOISY_CONFIGURATION: settings("learn2reg.noisy.plan")["plan"]},
        place="learn2reg.noisy.plan",
    message:
        "Planning and preprocessing volumes"
    script:
        "../workflow/scripts/plan.py"


rule train_fold_noisy:
    input:
        prepared=rules.plan_noisy.output[0],
        start=[],
    output:
        validation_summary(VOLUME_NNUNET, NOISY_ARM, "{configuration}", "{fold}"),
    log:
        logs("train_fold_noisy/{configuration}_{fold}"),
    benchmark:
        benchmarks("train_fold_noisy/{configuration}_{fold}")
    wildcard_constraints:
        configuration=NOISY_CONFIGURATION,
        fold=str(NOISY_FOLD),
    priority: 1
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(32000),
        gpu=gpus(config["segmentation"]["device"]),
    params:
        code=library("train_fold"),
        arm=NOISY_ARM,
        root=VOLUME_NNUNET,
        settings=settings(*LEARNING),
        seed=config["seed"],
        probabilities=False,
    message:
        "Training nnU-Net on partly labelled volumes"
    script:
        "../workflow/scripts/train_fold.py"


rule write_noisy_labels:
    input:
        trained=validation_summary(VOLUME_NNUNET, NOISY_ARM, NOISY_CONFIGURATION, NOISY_FOLD),
        training=TRAINING_CASES,
        choosing=CASES_OF["choosing"],
    output:
        directory(LEARN2REG / "noisy_labels"),
    log:
        logs("write_noisy_labels"),
    benchmark:
        benchmarks("write_noisy_labels")
    priority: 1
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(16000),
        gpu=gpus(config["segmentation"]["device"]),
    params:
        code=library("write_noisy_labels"),
        arm=NOISY_ARM,
        root=VOLUME_NNUNET,
        min_confidence=VOLUME_CONFIG["noisy"]["min_confidence"],
    message:
        "Labelling every training volume"
    script:
        "../workflow/scripts/write_noisy_labels.py"


for network in RUN_NETWORKS:

    rule:
        name:
            f"train_pairs_{network.name}"
        input:
            cases=CASES_OF["training"] if network.cases == "target" else TRAINING_CASES,
            choosing=CASES_OF["choosing"],
            start=(LEARN2REG / "networks" / network.start / "model.pt" if network.start else []),
            noisy_labels=rules.write_noisy_labels.output[0] if network.labels == "noisy" else [],
        output:
            model=LEARN2REG / "networks" / network.name / "model.pt",
            curves=LEARN2REG / "networks" / network.name / "curves.tsv",
        log:
            logs(f"train_pairs_{network.name}"),
        benchmark:
            benchmarks(f"train_pairs_{network.name}")
        priority: 1 if network.name in ["pretraining-noisy", "noisy-labels"] else 0
        conda:
            "../envs/echoweave.yaml"
        threads: config["registration"]["threads"]
        resources:
            mem_mb=memory(24000),
            gpu=gpus(VOLUME_DEVICE),
        params:
            code=library("train_pairs"),
            model=settings("learn2reg.network")["network"],
            training=training_of(
                network,
                *(settings(f"learn2reg.{key}")[key] for key in ["training", "pretraining"]),
            ),
            name=network.name,
            section=network.section,
            seed=config["seed"],
        message:
            f"Training registration network {network.name}"
        script:
            "../workflow/scripts/train_pairs.py"


rule predict_fields:
    input:
        model=lambda wildcards: (
            LEARN2REG / "networks" / VARIANTS[wildcards.variant].network / "model.pt"
        ),
        cases=lambda wildcards: CASES_OF[wildcards.split],
    output:
        directory(LEARN2REG / "fields/{variant}/{split}"),
    log:
        logs("predict_fields/{variant}_{split}"),
    benchmark:
        benchmarks("predict_fields/{variant}_{split}")
    conda:
        "../envs/echoweave.yaml"
    threads: config["registration"]["threads"]
    resources:
        mem_mb=memory(16000),
        gpu=gpus(VOLUME_DEVICE),
    params:
        code=library("predict_fields"),
        cases=LEARN2REG / "cases",
        pairs=lambda wildcards: VOLUMES.pairs[wildcards.split],
        refinement=lambda wildcards: (
            settings("learn2reg.refinement")["refinement"]
            if VARIANTS[wildcards.variant].refined
            else None
        ),
    message:
        "Registering pairs, {wildcards.variant}"
    script:
        "../workflow/scripts/predict_fields.py"
