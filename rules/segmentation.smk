"""Segmentation: three nnU-Nets on the same patient-grouped folds.

Comes in: cache/{patient}.h5, fused pseudo-labels of the chosen estimator.
Goes out: nnunet/{raw,preprocessed,trained}, predictions/{arm}/{sequence}.nii.gz for the test
sequences, and predictions/held_out/ for training sequences with dense truth.
"""

from echoweave.segmentation import arms

SEGMENTATION_CODE = library("segmentation", "io")
# A resource, not a parameter: where a job runs does not make its results stale.
DEVICE = config["segmentation"]["device"]


rule segmentation:
    input:
        [arms.prepared_file(NNUNET, arm) for arm in ARMS],
        [arms.validation_summary(NNUNET, arm, fold) for arm in ARMS for fold in FOLDS],
        [arms.best_file(NNUNET, arm) for arm in ARMS],
        [prediction_files(arm, COHORT.testing) for arm in ARMS],
    message:
        "The nnU-Nets are trained and the test sequences segmented"


for arm in ARMS:
    dense = ARMS[arm].dense
    labels = [*pseudolabel_files(USED, COHORT.training), quality_file(USED)] if dense else []

    rule:
        name:
            f"write_raw_{arm}"
        input:
            caches=cache_files(COHORT.training_patients),
            labels=labels,
            code=library("segmentation", "pseudolabels", "geometry", "io"),
        output:
            directory(arms.raw_folder(NNUNET, arm)),
        log:
            logs(f"write_raw_{arm}"),
        benchmark:
            benchmarks(f"write_raw_{arm}")
        conda:
            "../envs/echoweave.yaml"
        params:
            arm=arm,
            root=nnunet_root,
            folds=COHORT.folds,
            pseudolabels=used_pseudolabels,
            settings=settings("pseudolabels.quality"),
        message:
            f"Writing the raw data set of {arm}"
        script:
            "../workflow/scripts/write_raw.py"

    rule:
        name:
            f"plan_{arm}"
        input:
            raw=arms.raw_folder(NNUNET, arm),
            code=SEGMENTATION_CODE,
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
            arm=arm,
            root=nnunet_root,
            settings=settings("segmentation.plans"),
        message:
            f"Planning and preprocessing {arm}"
        script:
            "../workflow/scripts/plan.py"

    rule:
        name:
            f"train_fold_{arm}"
        input:
            prepared=arms.prepared_file(NNUNET, arm),
            code=SEGMENTATION_CODE,
        output:
            arms.validation_summary(NNUNET, arm, "{fold}"),
        log:
            logs(f"train_fold/{arm}_{{fold}}"),
        benchmark:
            benchmarks(f"train_fold/{arm}_{{fold}}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(16000),
            gpu=1,
            device=DEVICE,
        params:
            arm=arm,
            root=nnunet_root,
            settings=settings("segmentation.training", "seed"),
        message:
            f"Training fold {{wildcards.fold}} of {arm}"
        script:
            "../workflow/scripts/train_fold.py"

    rule:
        name:
            f"select_{arm}"
        input:
            summaries=[arms.validation_summary(NNUNET, arm, fold) for fold in FOLDS],
            code=SEGMENTATION_CODE,
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
            arm=arm,
            folds=list(FOLDS),
            root=nnunet_root,
        message:
            f"Choosing the postprocessing of {arm}"
        script:
            "../workflow/scripts/select.py"


for bucket, patients in TESTING_BUCKETS.items():

    rule:
        name:
            f"predict_{bucket}"
        input:
            caches=cache_files(patients),
            best=lambda wildcards: arms.best_file(NNUNET, wildcards.arm),
            code=SEGMENTATION_CODE,
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
            gpu=1,
            device=DEVICE,
        params:
            folder=str(RESULTS / "predictions/{arm}"),
            root=nnunet_root,
        message:
            "Segmenting test sequences with {wildcards.arm}"
        script:
            "../workflow/scripts/predict.py"


rule predict_held_out:
    input:
        caches=cache_files(COHORT.training_patients),
        best=arms.best_file(NNUNET, "sparse2d"),
        code=SEGMENTATION_CODE,
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
        gpu=1,
        device=DEVICE,
    params:
        arm="sparse2d",
        root=nnunet_root,
    message:
        "Segmenting training sequences with dense truth by the fold that has not seen them"
    script:
        "../workflow/scripts/predict_held_out.py"
