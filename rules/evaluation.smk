"""Evaluation: overlap, boundaries, volumes, ejection fraction and smoothness, then tables.

Comes in: predictions (predictions/clips too where the data set has whole clips), pseudo-labels,
cohort.tsv, the reference masks on their native grid.
Goes out: measures/ (one row a sequence, frame and structure), tables/*.{tsv,md,tex}.
"""

from echoweave.evaluation.names import TABLES
from echoweave.io.checksums import sha256
from echoweave.segmentation.files import best_file

PUBLISHED = BASE / "resources/published_results.tsv"
DENSE_PATIENTS = [source.patient for source in COHORT.dense_sources]
HELD_OUT_MEASURES = [MEASURES / "pseudolabels/held_out.tsv"] if MANUAL_ARM else []
PSEUDOLABEL_MEASURES = [
    *expand(MEASURES / "pseudolabels/{estimator}.tsv", estimator=ESTIMATORS),
    *HELD_OUT_MEASURES,
]
ARM_MEASURES = [
    *("frames", "volumes", "beats", "areas", "smoothness", "consistency"),
    *("clips", "dense"),
]


rule evaluation:
    input:
        [arm_measures(kind) for kind in [*ARM_MEASURES, "cycles"]],
        PSEUDOLABEL_MEASURES,
        expand(RESULTS / "tables/{table}.{ext}", table=TABLES, ext=["tsv", "md", "tex"]),
    message:
        "Everything is measured"


rule measure_segmentation:
    input:
        predictions=lambda wildcards: prediction_indexes(wildcards.arm, COHORT.testing_patients),
        clips=lambda wildcards: whole_clip_indexes(wildcards.arm, COHORT.testing_patients),
        caches=cache_indexes(COHORT.testing_patients),
    output:
        **{kind: MEASURES / f"{{arm}}/{kind}.tsv" for kind in ARM_MEASURES},
    log:
        logs("measure_segmentation/{arm}"),
    benchmark:
        benchmarks("measure_segmentation/{arm}")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("measure_segmentation"),
        settings=settings("evaluation.frame_rate_hz", "evaluation.consistency_threshold")
        | {"unit": COHORT.unit},
    message:
        "Measuring the predictions of {wildcards.arm}"
    script:
        "../workflow/scripts/measure_segmentation.py"


rule measure_pseudolabels:
    input:
        labels=pseudolabel_indexes("{estimator}", DENSE_PATIENTS),
        caches=cache_indexes(DENSE_PATIENTS),
    output:
        MEASURES / "pseudolabels/{estimator}.tsv",
    log:
        logs("measure_pseudolabels/{estimator}"),
    benchmark:
        benchmarks("measure_pseudolabels/{estimator}")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("measure_pseudolabels"),
        unit=COHORT.unit,
    message:
        "Measuring the pseudo-labels of {wildcards.estimator}"
    script:
        "../workflow/scripts/measure_pseudolabels.py"


if MANUAL_ARM:

    rule measure_held_out:
        input:
            folder=rules.predict_held_out.output[0],
            caches=cache_indexes(COHORT.training_patients),
        output:
            HELD_OUT_MEASURES,
        log:
            logs("measure_held_out"),
        benchmark:
            benchmarks("measure_held_out")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("measure_held_out"),
            arm=MANUAL_ARM,
            unit=COHORT.unit,
        message:
            f"Measuring {MANUAL_ARM} on sequences with dense truth"
        script:
            "../workflow/scripts/measure_held_out.py"


rule measure_cycles:
    input:
        folder=RESULTS / "predictions/cycles/{arm}",
        caches=cache_indexes(COHORT.training_patients),
    output:
        MEASURES / "{arm}/cycles.tsv",
    log:
        logs("measure_cycles/{arm}"),
    benchmark:
        benchmarks("measure_cycles/{arm}")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("measure_cycles"),
        unit=COHORT.unit,
        settings=settings("evaluation.frame_rate_hz"),
    message:
        "Measuring the full-cycle clips of {wildcards.arm}"
    script:
        "../workflow/scripts/measure_cycles.py"


rule make_tables:
    input:
        measures=[arm_measures(kind) for kind in [*ARM_MEASURES, "cycles"]],
        pseudolabels=PSEUDOLABEL_MEASURES,
        roles=rules.write_roles.output[0],
        choices=[best_file(NNUNET, arm) for arm in ARMS.values()],
    output:
        [
            report(
                RESULTS / f"tables/{table}.html",
                caption=f"../workflow/report/tables/{table}.rst",
                category="Tables",
                labels={"table": table},
            )
            for table in TABLES
        ],
        expand(RESULTS / "tables/{table}.{ext}", table=TABLES, ext=["tsv", "md", "tex"]),
    log:
        logs("make_tables"),
    benchmark:
        benchmarks("make_tables")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("make_tables"),
        arms=list(ARMS),
        measures=MEASURES,
        published=PUBLISHED,
        content=sha256(PUBLISHED),
        dataset=COHORT.dataset.title,
        settings=settings("evaluation.bootstrap_samples", "evaluation.simpson_mode", "seed")
        | {"label_values": COHORT.dataset.label_values, "unit": COHORT.unit},
    message:
        "Making the tables"
    script:
        "../workflow/scripts/make_tables.py"
