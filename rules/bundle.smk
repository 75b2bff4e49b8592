"""Bundles: each arm's trained folds, for `echoweave segment` on any clip.

Comes in: the trained arms, cache/{patient}.h5, predictions of the test sequences, config.yaml.
Goes out: nnunet/exported/{arm}/ (networks alone), measures/calibration/{arm}_{fold}.tsv (each fold on
patients whom it has not seen, and "all" of them together), bundles/{arm}/. Not part of `all`.
"""


rule bundle:
    input:
        expand(RESULTS / "bundles/{arm}", arm=ARMS),
    message:
        "The bundles are written"


rule export_bundle:
    input:
        best=lambda wildcards: best_file(NNUNET, ARMS[wildcards.arm]),
    output:
        directory(NNUNET / "exported/{arm}"),
    log:
        logs("export_bundle/{arm}"),
    benchmark:
        benchmarks("export_bundle/{arm}")
    conda:
        "../envs/echoweave.yaml"
    resources:
        mem_mb=memory(4000),
    params:
        code=library("export_bundle"),
        arm=lambda wildcards: ARMS[wildcards.arm],
        label_values=COHORT.dataset.label_values,
        unit=COHORT.unit,
        root=NNUNET,
    message:
        "Exporting the networks of {wildcards.arm}"
    script:
        "../workflow/scripts/export_bundle.py"


rule calibrate:
    input:
        exported=rules.export_bundle.output[0],
        training=cache_indexes(COHORT.training_patients),
        testing=cache_indexes(COHORT.testing_patients),
    output:
        MEASURES / "calibration/{arm}_{fold}.tsv",
    log:
        logs("calibrate/{arm}_{fold}"),
    benchmark:
        benchmarks("calibrate/{arm}_{fold}")
    wildcard_constraints:
        fold="|".join([*map(str, FOLDS), "all"]),
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(8000),
    params:
        code=library("calibrate"),
        arm=lambda wildcards: ARMS[wildcards.arm],
        fold=lambda wildcards: None if wildcards.fold == "all" else int(wildcards.fold),
        whole_clips=COHORT.dataset.whole_clips,
        root=NNUNET,
    message:
        "Trying {wildcards.arm} on patients whom it has not seen, fold {wildcards.fold}"
    script:
        "../workflow/scripts/calibrate.py"


rule write_bundle:
    input:
        exported=rules.export_bundle.output[0],
        alone=expand(rules.calibrate.output[0], fold=FOLDS, allow_missing=True),
        together=expand(rules.calibrate.output[0], fold="all", allow_missing=True)[0],
        caches=cache_indexes(COHORT.testing_patients),
        predictions=lambda wildcards: tested_indexes(wildcards.arm),
        config=RESULTS / "config.yaml",
        checksums=[checksums(part) for part in BUCKETS],
    output:
        directory(RESULTS / "bundles/{arm}"),
    log:
        logs("write_bundle/{arm}"),
    benchmark:
        benchmarks("write_bundle/{arm}")
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(8000),
    params:
        code=library("write_bundle"),
        whole_clips=COHORT.dataset.whole_clips,
    message:
        "Writing the bundle of {wildcards.arm}"
    script:
        "../workflow/scripts/write_bundle.py"
