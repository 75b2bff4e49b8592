"""Figures: the paper's Figures 2, 3 and 4, and what else a reader asks for.

Comes in: measures/, predictions, pseudo-labels, caches, training curves.
Goes out: figures/{figure}.{svg,png}, animations as {gif,png}, in the report by category.
"""

from echoweave.datasets.examples import best_sequence

FILM = best_sequence(COHORT.training)
TEST_EXAMPLES = example_sequences(COHORT.testing, config["figures"]["sequences"])
FIGURE4_PATIENTS = [source.patient for source in TEST_EXAMPLES]


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
                "closure",
                "warped_average",
                "jacobian",
                "segmentation_curves",
                *(["pretraining"] if STARTED else []),
                f"simpson_{SHOWN_ARM}",
                *expand(
                    "{figure}_{arm}",
                    figure=["bland_altman", "ejection_fraction", "montage"],
                    arm=ARMS,
                ),
            ],
            ext=["svg", "png"],
        ),
        rules.align_frames.output,
        expand(
            RESULTS / "figures/propagation_{source.name}.{ext}",
            source=REGISTRATION_EXAMPLES,
            ext=["gif", "png"],
        ),
    message:
        "The figures are drawn"


rule draw_figure2:
    input:
        tables=[MEASURES / f"pseudolabels/{USED}.tsv", *HELD_OUT_MEASURES],
        roles=rules.write_roles.output[0],
    output:
        **drawn("figure2", "Pseudo-labels", "Figure 2: quality by direction"),
    log:
        logs("draw_figure2"),
    benchmark:
        benchmarks("draw_figure2")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_figure2"),
    message:
        "Drawing Figure 2: quality of the pseudo-labels"
    script:
        "../workflow/scripts/draw_figure2.py"


rule draw_film_strip:
    input:
        caches=cache_indexes([FILM.patient]),
        labels=pseudolabel_indexes(USED, [FILM.patient]),
    output:
        **drawn("film_strip", "Pseudo-labels", "One sequence from ED to ES"),
    log:
        logs("draw_film_strip"),
    benchmark:
        benchmarks("draw_film_strip")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_film_strip"),
        sequence=FILM.name,
    message:
        "Drawing the pseudo-labels of one sequence"
    script:
        "../workflow/scripts/draw_film_strip.py"


rule draw_estimators:
    input:
        tables=PSEUDOLABEL_MEASURES,
        roles=rules.write_roles.output[0],
    output:
        **drawn("estimators", "Pseudo-labels", "Estimators side by side"),
    log:
        logs("draw_estimators"),
    benchmark:
        benchmarks("draw_estimators")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_estimators"),
    message:
        "Drawing the estimators side by side"
    script:
        "../workflow/scripts/draw_estimators.py"


rule draw_dice_by_position:
    input:
        tables=[MEASURES / f"pseudolabels/{USED}.tsv", *HELD_OUT_MEASURES],
        roles=rules.write_roles.output[0],
    output:
        **drawn("dice_by_position", "Pseudo-labels", "Dice between ED and ES"),
    log:
        logs("draw_dice_by_position"),
    benchmark:
        benchmarks("draw_dice_by_position")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_dice_by_position"),
    message:
        "Drawing Dice between ED and ES"
    script:
        "../workflow/scripts/draw_dice_by_position.py"


rule draw_registration_curves:
    input:
        tables=expand(RESULTS / "registration/{model}/curves.tsv", model=TRAINED),
    output:
        **drawn("registration_curves", "Registration", "Training of the networks"),
    log:
        logs("draw_registration_curves"),
    benchmark:
        benchmarks("draw_registration_curves")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_registration_curves"),
    message:
        "Drawing the training of the registration networks"
    script:
        "../workflow/scripts/draw_registration_curves.py"


rule draw_propagation:
    input:
        caches=lambda wildcards: cache_indexes([wildcards.sequence.rpartition("_")[0]]),
        labels=lambda wildcards: pseudolabel_indexes(USED, [wildcards.sequence.rpartition("_")[0]]),
    output:
        **drawn("propagation_{sequence}", "Registration", "Animation of {sequence}", twin="gif"),
    log:
        logs("draw_propagation/{sequence}"),
    benchmark:
        benchmarks("draw_propagation/{sequence}")
    wildcard_constraints:
        sequence="|".join(source.name for source in REGISTRATION_EXAMPLES) or "none",
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_propagation"),
    message:
        "Animating the labels of {wildcards.sequence}"
    script:
        "../workflow/scripts/draw_propagation.py"


rule draw_closure:
    input:
        caches=cache_indexes(EXAMPLE_PATIENTS),
        labels=pseudolabel_indexes(USED, EXAMPLE_PATIENTS),
        roles=rules.write_roles.output[0],
    output:
        **drawn("closure", "Registration", "Masks carried from end to end"),
    log:
        logs("draw_closure"),
    benchmark:
        benchmarks("draw_closure")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_closure"),
        sequences=[source.name for source in REGISTRATION_EXAMPLES],
    message:
        "Drawing the masks that were carried from end to end"
    script:
        "../workflow/scripts/draw_closure.py"


rule draw_warped_average:
    input:
        caches=cache_indexes(EXAMPLE_PATIENTS),
        aligned=rules.align_frames.output.aligned,
    output:
        **drawn("warped_average", "Registration", "Average of the warped frames"),
    log:
        logs("draw_warped_average"),
    benchmark:
        benchmarks("draw_warped_average")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_warped_average"),
        sequences=[source.name for source in REGISTRATION_EXAMPLES],
    message:
        "Drawing the average of the warped frames"
    script:
        "../workflow/scripts/draw_warped_average.py"


rule draw_jacobian:
    input:
        jacobian=rules.align_frames.output.jacobian,
    output:
        **drawn("jacobian", "Registration", "Jacobian determinants"),
    log:
        logs("draw_jacobian"),
    benchmark:
        benchmarks("draw_jacobian")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_jacobian"),
        sequences=[source.name for source in REGISTRATION_EXAMPLES],
    message:
        "Drawing the Jacobian determinants"
    script:
        "../workflow/scripts/draw_jacobian.py"


rule draw_figure3:
    input:
        tables=arm_measures("smoothness"),
    output:
        **drawn("figure3", "Temporal consistency", "Figure 3: smoothness"),
    log:
        logs("draw_figure3"),
    benchmark:
        benchmarks("draw_figure3")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_figure3"),
    message:
        "Drawing Figure 3: smoothness"
    script:
        "../workflow/scripts/draw_figure3.py"


rule draw_figure4:
    input:
        areas=arm_measures("areas"),
        caches=cache_indexes(FIGURE4_PATIENTS),
        predictions=[prediction_indexes(arm, FIGURE4_PATIENTS) for arm in ARMS],
    output:
        **drawn("figure4", "Temporal consistency", "Figure 4: area curves"),
    log:
        logs("draw_figure4"),
    benchmark:
        benchmarks("draw_figure4")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_figure4"),
        sequences=[source.name for source in TEST_EXAMPLES],
    message:
        "Drawing Figure 4: area curves"
    script:
        "../workflow/scripts/draw_figure4.py"


rule draw_segmentation_curves:
    input:
        summaries=[summaries_of(arm) for arm in ARMS],
    output:
        **drawn("segmentation_curves", "Segmentation", "Training of the nnU-Nets"),
    log:
        logs("draw_segmentation_curves"),
    benchmark:
        benchmarks("draw_segmentation_curves")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_segmentation_curves"),
        root=NNUNET,
        arms=list(ARMS.values()),
        trained=CANDIDATES,
        folds=list(FOLDS),
    message:
        "Drawing the training of the nnU-Nets"
    script:
        "../workflow/scripts/draw_segmentation_curves.py"


rule draw_bland_altman:
    input:
        volumes=MEASURES / "{arm}/volumes.tsv",
    output:
        **drawn("bland_altman_{arm}", "Volumes", "Agreement of {arm}"),
    log:
        logs("draw_bland_altman/{arm}"),
    benchmark:
        benchmarks("draw_bland_altman/{arm}")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_bland_altman"),
        mode=config["evaluation"]["simpson_mode"],
    message:
        "Drawing volumes and ejection fraction of {wildcards.arm}"
    script:
        "../workflow/scripts/draw_bland_altman.py"


rule draw_ejection_fraction:
    input:
        volumes=MEASURES / "{arm}/volumes.tsv",
        clips=MEASURES / "{arm}/clips.tsv",
    output:
        **drawn("ejection_fraction_{arm}", "Volumes", "Ejection fraction of {arm}"),
    log:
        logs("draw_ejection_fraction/{arm}"),
    benchmark:
        benchmarks("draw_ejection_fraction/{arm}")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_ejection_fraction"),
        mode=config["evaluation"]["simpson_mode"],
    message:
        "Drawing the ejection fraction of {wildcards.arm}"
    script:
        "../workflow/scripts/draw_ejection_fraction.py"


rule draw_simpson:
    input:
        volumes=MEASURES / "{arm}/volumes.tsv",
        caches=cache_indexes(COHORT.testing_patients),
        predictions=lambda wildcards: prediction_indexes(wildcards.arm, COHORT.testing_patients),
    output:
        **drawn("simpson_{arm}", "Volumes", "Discs of Simpson's rule, {arm}"),
    log:
        logs("draw_simpson/{arm}"),
    benchmark:
        benchmarks("draw_simpson/{arm}")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_simpson"),
        mode=config["evaluation"]["simpson_mode"],
    message:
        "Drawing the discs of Simpson's rule on predictions of {wildcards.arm}"
    script:
        "../workflow/scripts/draw_simpson.py"


rule draw_montage:
    input:
        frames=MEASURES / "{arm}/frames.tsv",
        caches=cache_indexes(COHORT.testing_patients),
        predictions=lambda wildcards: prediction_indexes(wildcards.arm, COHORT.testing_patients),
    output:
        **drawn("montage_{arm}", "Segmentation", "Best, median, worst of {arm}"),
    log:
        logs("draw_montage/{arm}"),
    benchmark:
        benchmarks("draw_montage/{arm}")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_montage"),
    message:
        "Drawing the best, median and worst cases of {wildcards.arm}"
    script:
        "../workflow/scripts/draw_montage.py"
