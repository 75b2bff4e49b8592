"""Segmentation: three nnU-Nets on the same patient-grouped folds.

Comes in: cache/{patient}.h5, fused pseudo-labels of the chosen estimator. CANDIDATES names the
networks that an arm trains; the best of them, or their ensemble, predicts.
Goes out: nnunet/{raw,preprocessed,trained}, predictions/{arm}/{sequence}.nii.gz for the test
sequences; of training patients, each by the fold that has not seen them, predictions/held_out/
(sequences with dense truth) and predictions/cycles/{arm}/ (full-cycle clips).
"""

from echoweave.pseudolabels.settings import QualitySettings
from echoweave.segmentation import arms
from echoweave.segmentation.settings import learning

# Scripts read device, save_every and augmentation_workers from the config: where and how a job runs
# does not make its results stale, as a parameter would.
DEVICE = config["segmentation"]["device"]
COMPARED = QualitySettings(**config["pseudolabels"]["quality"]).directions
LEARNING = [f"segmentation.training.{key}" for key in learning(config["segmentation"]["training"])]


rule segmentation:
    input:
        [arms.prepared_file(NNUNET, arm) for arm in ARMS],
        [summaries_of(arm) for arm in ARMS],
        [arms.best_file(NNUNET, arm) for arm in ARMS],
        [prediction_files(arm, COHORT.testing) for arm in ARMS],
        expand(RESULTS / "predictions/cycles/{arm}", arm=ARMS),
    message:
        "The nnU-Nets are trained and the test sequences segmented"


for arm in ARMS:
    dense = ARMS[arm].dense
    labels = [*pseudolabel_files(USED, COHORT.training, COMPARED), quality_file(USED)]

    rule:
        name:
            f"write_raw_{arm}"
        input:
            caches=cache_files(COHORT.training_patients),
            labels=labels if dense else [],
        output:
            directory(arms.raw_folder(NNUNET, arm)),
        log:
            logs(f"write_raw_{arm}"),
        benchmark:
            benchmarks(f"write_raw_{arm}")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("write_raw"),
            arm=arm,
            root=NNUNET,
            folds=COHORT.folds,
            label_values=COHORT.dataset.label_values,
            # The sparse arm reads neither.
            pseudolabels=RESULTS / "pseudolabels" / USED,
            settings=settings("pseudolabels.quality") if dense else {"quality": {}},
        message:
            f"Writing the raw data set of {arm}"
        script:
            "../workflow/scripts/write_raw.py"

    rule:
        name:
            f"plan_{arm}"
        input:
            raw=arms.raw_folder(NNUNET, arm),
        output:
            arms.prepared_file(NNUNET, arm),
        log:
            logs(f"plan_{arm}"),
        benchmark:
            benchmarks(f"plan_{arm}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(16000),
        params:
            code=library("plan"),
            arm=arm,
            root=NNUNET,
            configurations=list(CANDIDATES[arm]),
            settings=settings(*(f"segmentation.plans.{one}" for one in CANDIDATES[arm])),
        message:
            f"Planning and preprocessing {arm}"
        script:
            "../workflow/scripts/plan.py"

    rule:
        name:
            f"train_fold_{arm}"
        input:
            prepared=arms.prepared_file(NNUNET, arm),
        output:
            arms.validation_summary(NNUNET, arm, "{configuration}", "{fold}"),
        log:
            logs(f"train_fold/{arm}_{{configuration}}_{{fold}}"),
        benchmark:
            benchmarks(f"train_fold/{arm}_{{configuration}}_{{fold}}")
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
            probabilities=len(CANDIDATES[arm]) > 1,
        message:
            f"Training fold {{wildcards.fold}} of {arm}, {{wildcards.configuration}}"
        script:
            "../workflow/scripts/train_fold.py"

    rule:
        name:
            f"select_{arm}"
        input:
            summaries=summaries_of(arm),
        output:
            arms.best_file(NNUNET, arm),
        log:
            logs(f"select_{arm}"),
        benchmark:
            benchmarks(f"select_{arm}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(8000),
        params:
            code=library("select"),
            arm=arm,
            configurations=list(CANDIDATES[arm]),
            folds=list(FOLDS),
            root=NNUNET,
        message:
            f"Choosing among the candidates of {arm}"
        script:
            "../workflow/scripts/select.py"


for bucket, patients in TESTING_BUCKETS.items():

    rule:
        name:
            f"predict_{bucket}"
        input:
            caches=cache_files(patients),
            best=lambda wildcards: arms.best_file(NNUNET, wildcards.arm),
        output:
            prediction_files("{arm}", COHORT.sequences_of(patients)),
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
            folder=lambda wildcards: RESULTS / "predictions" / wildcards.arm,
            root=NNUNET,
        message:
            "Segmenting test sequences with {wildcards.arm}"
        script:
            "../workflow/scripts/predict.py"


rule predict_held_out:
    input:
        caches=cache_files(COHORT.training_patients),
        best=arms.best_file(NNUNET, "sparse2d"),
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
        arm="sparse2d",
        root=NNUNET,
    message:
        "Segmenting training sequences with dense truth by the fold that has not seen them"
    script:
        "../workflow/scripts/predict_held_out.py"


rule predict_cycles:
    input:
        caches=cache_files(COHORT.training_patients),
        best=lambda wildcards: arms.best_file(NNUNET, wildcards.arm),
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
        root=NNUNET,
    message:
        "Segmenting full-cycle clips with {wildcards.arm}, by folds that have not seen them"
    script:
        "../workflow/scripts/predict_cycles.py"
