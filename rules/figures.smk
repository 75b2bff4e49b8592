"""Figures: the paper's Figures 2, 3 and 4, and what else a reader asks for.

Comes in: measures/, predictions, caches, training curves.
Goes out: figures/{figure}.{svg,png}, both in the report under their category.
"""

FIGURE_CODE = library("figures", "evaluation", "io")


rule figures:
    input:
        expand(
            RESULTS / "figures/{figure}.{ext}",
            figure=[
                "figure2",
                "figure3",
                "figure4",
                "film_strip",
                "estimators",
                "dice_by_position",
                "registration_curves",
                "segmentation_curves",
                *expand("{figure}_{arm}", figure=["bland_altman", "montage"], arm=ARMS),
            ],
            ext=["svg", "png"],
        ),
    message:
        "The figures are drawn"


rule draw_figure2:
    input:
        labels=MEASURES / f"pseudolabels/{USED}.tsv",
        held_out=MEASURES / "pseudolabels/held_out.tsv",
        code=FIGURE_CODE,
    output:
        **drawn("figure2", "Pseudo-labels", "figure2"),
    log:
        logs("draw_figure2"),
    benchmark:
        benchmarks("draw_figure2")
    conda:
        "../envs/echoweave.yaml"
    message:
        "Drawing Figure 2: quality of the pseudo-labels"
    script:
        "../workflow/scripts/draw_figure2.py"


rule draw_film_strip:
    input:
        cohort=rules.write_cohort.output.cohort,
        caches=cache_files(COHORT.training_patients),
        labels=pseudolabel_files(USED, COHORT.training),
        code=FIGURE_CODE,
    output:
        **drawn("film_strip", "Pseudo-labels", "film_strip"),
    log:
        logs("draw_film_strip"),
    benchmark:
        benchmarks("draw_film_strip")
    conda:
        "../envs/echoweave.yaml"
    message:
        "Drawing the pseudo-labels of one sequence"
    script:
        "../workflow/scripts/draw_film_strip.py"


rule draw_estimators:
    input:
        tables=expand(MEASURES / "pseudolabels/{estimator}.tsv", estimator=ESTIMATORS),
        code=FIGURE_CODE,
    output:
        **drawn("estimators", "Pseudo-labels", "estimators"),
    log:
        logs("draw_estimators"),
    benchmark:
        benchmarks("draw_estimators")
    conda:
        "../envs/echoweave.yaml"
    message:
        "Drawing the estimators side by side"
    script:
        "../workflow/scripts/draw_estimators.py"


rule draw_dice_by_position:
    input:
        labels=MEASURES / f"pseudolabels/{USED}.tsv",
        held_out=MEASURES / "pseudolabels/held_out.tsv",
        code=FIGURE_CODE,
    output:
        **drawn("dice_by_position", "Pseudo-labels", "dice_by_position"),
    log:
        logs("draw_dice_by_position"),
    benchmark:
        benchmarks("draw_dice_by_position")
    conda:
        "../envs/echoweave.yaml"
    message:
        "Drawing Dice between ED and ES"
    script:
        "../workflow/scripts/draw_dice_by_position.py"


rule draw_registration_curves:
    input:
        tables=expand(RESULTS / "registration/{model}/curves.tsv", model=TRAINED),
        code=FIGURE_CODE,
    output:
        **drawn("registration_curves", "Pseudo-labels", "registration_curves"),
    log:
        logs("draw_registration_curves"),
    benchmark:
        benchmarks("draw_registration_curves")
    conda:
        "../envs/echoweave.yaml"
    message:
        "Drawing the training of the registration networks"
    script:
        "../workflow/scripts/draw_registration_curves.py"


rule draw_figure3:
    input:
        tables=arm_measures("smoothness"),
        code=FIGURE_CODE,
    output:
        **drawn("figure3", "Temporal consistency", "figure3"),
    log:
        logs("draw_figure3"),
    benchmark:
        benchmarks("draw_figure3")
    conda:
        "../envs/echoweave.yaml"
    message:
        "Drawing Figure 3: smoothness"
    script:
        "../workflow/scripts/draw_figure3.py"


rule draw_figure4:
    input:
        areas=arm_measures("areas"),
        cohort=rules.write_cohort.output.cohort,
        caches=cache_files(COHORT.testing_patients),
        predictions=[prediction_files(arm, COHORT.testing) for arm in ARMS],
        code=FIGURE_CODE,
    output:
        **drawn("figure4", "Temporal consistency", "figure4"),
    log:
        logs("draw_figure4"),
    benchmark:
        benchmarks("draw_figure4")
    conda:
        "../envs/echoweave.yaml"
    params:
        sequences=config["figures"]["sequences"],
    message:
        "Drawing Figure 4: area curves"
    script:
        "../workflow/scripts/draw_figure4.py"


rule draw_segmentation_curves:
    input:
        summaries=[arms.validation_summary(NNUNET, arm, fold) for arm in ARMS for fold in FOLDS],
        code=FIGURE_CODE,
    output:
        **drawn("segmentation_curves", "Segmentation", "segmentation_curves"),
    log:
        logs("draw_segmentation_curves"),
    benchmark:
        benchmarks("draw_segmentation_curves")
    conda:
        "../envs/echoweave.yaml"
    params:
        curves={arm: [str(arms.curves_file(NNUNET, arm, fold)) for fold in FOLDS] for arm in ARMS},
    message:
        "Drawing the training of the nnU-Nets"
    script:
        "../workflow/scripts/draw_segmentation_curves.py"


rule draw_bland_altman:
    input:
        volumes=MEASURES / "{arm}/volumes.tsv",
        code=FIGURE_CODE,
    output:
        **drawn("bland_altman_{arm}", "Volumes", "bland_altman"),
    log:
        logs("draw_bland_altman/{arm}"),
    benchmark:
        benchmarks("draw_bland_altman/{arm}")
    conda:
        "../envs/echoweave.yaml"
    params:
        mode=config["evaluation"]["simpson_mode"],
    message:
        "Drawing volumes and ejection fraction of {wildcards.arm}"
    script:
        "../workflow/scripts/draw_bland_altman.py"


rule draw_montage:
    input:
        frames=MEASURES / "{arm}/frames.tsv",
        caches=cache_files(COHORT.testing_patients),
        predictions=lambda wildcards: prediction_files(wildcards.arm, COHORT.testing),
        code=FIGURE_CODE,
    output:
        **drawn("montage_{arm}", "Segmentation", "montage"),
    log:
        logs("draw_montage/{arm}"),
    benchmark:
        benchmarks("draw_montage/{arm}")
    conda:
        "../envs/echoweave.yaml"
    message:
        "Drawing the best, median and worst cases of {wildcards.arm}"
    script:
        "../workflow/scripts/draw_montage.py"
