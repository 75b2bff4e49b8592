"""The wing of Learn2Reg, third part: pairs measured, the ablation, what is handed in, the report.

Comes in: learn2reg/fields/, and images and labels of the cohort that is measured.
Goes out: learn2reg/measured/{variant}/, tables/, figures/, warped/, submission_{split}.zip, report.html.
"""

from echoweave.io.buckets import check_indexes
from echoweave.learn2reg.variants import UNREGISTERED
from echoweave.logs import log_to_terminal

# What is handed in and shown: the last row of the ablation.
SHOWN_VARIANT = RUN_VARIANTS[-1].name
MEASURED_VARIANTS = [UNREGISTERED, *(one.name for one in RUN_VARIANTS)]
VALIDATION = VOLUME_GROUPS["validation"]

if workflow.is_main_process:
    with log_to_terminal():
        check_indexes(CASES.values())


rule measure_pairs:
    input:
        fields=lambda wildcards: (
            []
            if wildcards.variant == UNREGISTERED
            else LEARN2REG / "fields" / wildcards.variant / "validation"
        ),
    output:
        directory(LEARN2REG / "measured/{variant}"),
    log:
        logs("measure_pairs/{variant}"),
    benchmark:
        benchmarks("measure_pairs/{variant}")
    wildcard_constraints:
        variant="|".join(MEASURED_VARIANTS),
    conda:
        "../envs/echoweave.yaml"
    threads: config["registration"]["threads"]
    resources:
        mem_mb=memory(8000),
    params:
        code=library("measure_pairs"),
        sources=VALIDATION,
        pairs=VOLUMES.pairs["validation"],
    message:
        "Measuring pairs, {wildcards.variant}"
    script:
        "../workflow/scripts/measure_pairs.py"


rule make_ablation:
    input:
        measured=expand(rules.measure_pairs.output[0], variant=MEASURED_VARIANTS),
        cases=CASES_OF["validation"],
        published=BASE / "resources/learn2reg_published.tsv",
    output:
        [
            LEARN2REG / f"tables/{name}.{ext}"
            for name in ["ablation", "differences", "organs"]
            for ext in ["tsv", "md", "tex", "html"]
        ],
    log:
        logs("make_ablation"),
    benchmark:
        benchmarks("make_ablation")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("make_ablation"),
        variants=MEASURED_VARIANTS,
        samples=config["evaluation"]["bootstrap_samples"],
        seed=config["seed"],
    message:
        "Comparing the variants"
    script:
        "../workflow/scripts/make_ablation.py"


rule draw_organs:
    input:
        measured=expand(rules.measure_pairs.output[0], variant=MEASURED_VARIANTS),
    output:
        svg=LEARN2REG / "figures/organs.svg",
        png=LEARN2REG / "figures/organs.png",
    log:
        logs("draw_organs"),
    benchmark:
        benchmarks("draw_organs")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_organs"),
    message:
        "Drawing Dice by organ and variant"
    script:
        "../workflow/scripts/draw_organs.py"


rule draw_registration_curves_learn2reg:
    input:
        tables=[LEARN2REG / "networks" / network.name / "curves.tsv" for network in RUN_NETWORKS],
    output:
        svg=LEARN2REG / "figures/curves.svg",
        png=LEARN2REG / "figures/curves.png",
    log:
        logs("draw_registration_curves_learn2reg"),
    benchmark:
        benchmarks("draw_registration_curves_learn2reg")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_registration_curves"),
    message:
        "Drawing the trainings of the registration networks"
    script:
        "../workflow/scripts/draw_registration_curves.py"


rule write_warped_volumes:
    input:
        fields=LEARN2REG / "fields" / SHOWN_VARIANT / "validation",
        cases=CASES_OF["validation"],
    output:
        directory(LEARN2REG / "warped"),
    log:
        logs("write_warped_volumes"),
    benchmark:
        benchmarks("write_warped_volumes")
    conda:
        "../envs/echoweave.yaml"
    resources:
        mem_mb=memory(4000),
    params:
        code=library("write_warped_volumes"),
        cases=LEARN2REG / "cases",
        sources=VALIDATION,
        pairs=VOLUMES.pairs["validation"],
    message:
        "Warping volumes and labels"
    script:
        "../workflow/scripts/write_warped_volumes.py"


rule write_challenge_zip:
    input:
        fields=LEARN2REG / "fields" / SHOWN_VARIANT / "{split}",
        cases=lambda wildcards: CASES_OF[wildcards.split],
    output:
        LEARN2REG / "submission_{split}.zip",
    log:
        logs("write_challenge_zip/{split}"),
    benchmark:
        benchmarks("write_challenge_zip/{split}")
    conda:
        "../envs/echoweave.yaml"
    resources:
        mem_mb=memory(4000),
    params:
        code=library("write_challenge_zip"),
        cases=LEARN2REG / "cases",
        pairs=lambda wildcards: VOLUMES.pairs[wildcards.split],
        form=VOLUME_CONFIG["submission"],
    message:
        "Packing displacement fields, {wildcards.split}"
    script:
        "../workflow/scripts/write_challenge_zip.py"


rule render_learn2reg_report:
    input:
        tables=rules.make_ablation.output,
        measured=LEARN2REG / "measured" / SHOWN_VARIANT,
        noisy_labels=(
            rules.write_noisy_labels.output[0]
            if any(network.labels == "noisy" for network in RUN_NETWORKS)
            else []
        ),
        figures=[rules.draw_organs.output.png, rules.draw_registration_curves_learn2reg.output.png],
    output:
        LEARN2REG / "report.html",
    log:
        logs("render_learn2reg_report"),
    benchmark:
        benchmarks("render_learn2reg_report")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("render_learn2reg_report"),
        sources=VOLUMES.sources,
        variant=SHOWN_VARIANT,
    message:
        "Rendering the report of Learn2Reg"
    script:
        "../workflow/scripts/render_learn2reg_report.py"


# What is gone is made again only if the target names it.
rule learn2reg:
    input:
        list(CASES.values()),
        expand(rules.measure_pairs.output[0], variant=MEASURED_VARIANTS),
        expand(rules.write_challenge_zip.output[0], split=PAIR_SPLITS),
        rules.make_ablation.output,
        rules.draw_organs.output,
        rules.draw_registration_curves_learn2reg.output,
        rules.write_warped_volumes.output,
        rules.render_learn2reg_report.output,
    message:
        "The pairs of volumes are registered and measured"
