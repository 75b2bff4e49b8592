"""Segmentation: the nnU-Nets of each arm on the same patient-grouped folds.

Comes in: cache/{patient}.h5, fused pseudo-labels of the chosen estimator. ARMS are the arms of
segmentation.arms; CANDIDATES names the networks that an arm trains; the best of them, or their
ensemble, predicts.
Goes out: nnunet/{raw,preprocessed,trained}, predictions/{arm}/{sequence}.nii.gz for the test
sequences, and of whole clips predictions/clips/{arm}/; of training patients, each by the fold that
has not seen them, predictions/held_out/ (sequences with dense truth) and predictions/cycles/{arm}/
(full-cycle clips).
"""

from echoweave.segmentation.files import best_file, prepared_file, raw_folder, validation_summary

# Scripts read device, save_every and augmentation_workers from the config: where and how a job runs
# does not make its results stale, as a parameter would.
DEVICE = config["segmentation"]["device"]


rule segmentation:
    input:
        [prepared_file(NNUNET, data_set) for data_set in DATA_SETS],
        [summaries_of(arm) for arm in ARMS],
        [best_file(NNUNET, arm) for arm in ARMS.values()],
        [prediction_indexes(arm, COHORT.testing_patients) for arm in ARMS],
        expand(RESULTS / "predictions/cycles/{arm}", arm=ARMS),
    message:
        "The nnU-Nets are trained and the test sequences segmented"


for data_set in DATA_SETS:
    dense = data_set.labels == "pseudo"
    labels = [*pseudolabel_indexes(USED, COHORT.training_patients), quality_file(USED)]

    rule:
        name:
            f"write_raw_{data_set.name}"
        input:
            caches=cache_indexes(COHORT.training_patients),
            labels=labels if dense else [],
        output:
            directory(raw_folder(NNUNET, data_set)),
        log:
            logs(f"write_raw_{data_set.name}"),
        benchmark:
            benchmarks(f"write_raw_{data_set.name}")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("write_raw"),
            arm=data_set,
            root=NNUNET,
            folds=COHORT.folds,
            label_values=COHORT.dataset.label_values,
            whole_clips=COHORT.dataset.whole_clips,
            # An arm that learns from the manual masks reads neither.
            pseudolabels=RESULTS / "pseudolabels" / USED,
            settings=settings("pseudolabels.quality") if dense else {"quality": {}},
        message:
            f"Writing the raw data set of {data_set.name}"
        script:
            "../workflow/scripts/write_raw.py"

    rule:
        name:
            f"plan_{data_set.name}"
        input:
            raw=raw_folder(NNUNET, data_set),
        output:
            prepared_file(NNUNET, data_set),
        log:
            logs(f"plan_{data_set.name}"),
        benchmark:
            benchmarks(f"plan_{data_set.name}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(16000),
        params:
            code=library("plan"),
            arm=data_set,
            root=NNUNET,
            configurations=PREPARED[data_set.name],
            settings=settings(*(f"segmentation.plans.{one}" for one in PREPARED[data_set.name])),
        message:
            f"Planning and preprocessing {data_set.name}"
        script:
            "../workflow/scripts/plan.py"


for arm in ARMS.values():

    rule:
        name:
            f"train_fold_{arm.name}"
        input:
            prepared=prepared_file(NNUNET, arm),
            start=start_of(arm),
        output:
            validation_summary(NNUNET, arm, "{configuration}", "{fold}"),
        log:
            logs(f"train_fold/{arm.name}_{{configuration}}_{{fold}}"),
        benchmark:
            benchmarks(f"train_fold/{arm.name}_{{configuration}}_{{fold}}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(16000),
            gpu=gpus(DEVICE),
        params:
            code=library("train_fold"),
            arm=arm,
            root=NNUNET,
            settings=settings(*LEARNING),
            seed=config["seed"],
            # Ensembles are made of them.
            probabilities=len(CANDIDATES[arm.name]) > 1,
        message:
            f"Training fold {{wildcards.fold}} of {arm.name}, {{wildcards.configuration}}"
        script:
            "../workflow/scripts/train_fold.py"

    rule:
        name:
            f"select_{arm.name}"
        input:
            summaries=summaries_of(arm.name),
        output:
            best_file(NNUNET, arm),
        log:
            logs(f"select_{arm.name}"),
        benchmark:
            benchmarks(f"select_{arm.name}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(8000),
        params:
            code=library("select"),
            arm=arm,
            configurations=list(CANDIDATES[arm.name]),
            folds=list(FOLDS),
            root=NNUNET,
        message:
            f"Choosing among the candidates of {arm.name}"
        script:
            "../workflow/scripts/select.py"


for bucket, patients in TESTING_BUCKETS.items():

    rule:
        name:
            f"predict_{bucket}"
        input:
            caches=cache_indexes(patients),
            best=lambda wildcards: best_file(NNUNET, ARMS[wildcards.arm]),
        output:
            prediction_indexes("{arm}", patients),
            whole_clip_indexes("{arm}", patients),
        log:
            logs(f"predict/{{arm}}_{bucket}"),
        benchmark:
            benchmarks(f"predict/{{arm}}_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(8000),
            gpu=gpus(DEVICE),
        params:
            code=library("predict"),
            arm=lambda wildcards: ARMS[wildcards.arm],
            folder=lambda wildcards: RESULTS / "predictions" / wildcards.arm,
            clips=lambda wildcards: clips_folder(wildcards.arm),
            same_unit=True,
            files=[f"{name}.nii.gz" for name in SEQUENCES[f"testing_{bucket}"]],
            root=NNUNET,
        message:
            "Segmenting test sequences with {wildcards.arm}"
        script:
            "../workflow/scripts/predict.py"


if MANUAL_ARM:

    rule predict_held_out:
        input:
            caches=cache_indexes(COHORT.training_patients),
            best=best_file(NNUNET, ARMS[MANUAL_ARM]),
        output:
            directory(RESULTS / "predictions/held_out"),
        log:
            logs("predict_held_out"),
        benchmark:
            benchmarks("predict_held_out")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(8000),
            gpu=gpus(DEVICE),
        params:
            code=library("predict_held_out"),
            arm=ARMS[MANUAL_ARM],
            root=NNUNET,
        message:
            "Segmenting training sequences with dense truth by the fold that has not seen them"
        script:
            "../workflow/scripts/predict_held_out.py"


rule predict_cycles:
    input:
        caches=cache_indexes(COHORT.training_patients),
        best=lambda wildcards: best_file(NNUNET, ARMS[wildcards.arm]),
    output:
        directory(RESULTS / "predictions/cycles/{arm}"),
    log:
        logs("predict_cycles/{arm}"),
    benchmark:
        benchmarks("predict_cycles/{arm}")
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(8000),
        gpu=gpus(DEVICE),
    params:
        code=library("predict_cycles"),
        arm=lambda wildcards: ARMS[wildcards.arm],
        root=NNUNET,
    message:
        "Segmenting full-cycle clips with {wildcards.arm}, by folds that have not seen them"
    script:
        "../workflow/scripts/predict_cycles.py"
