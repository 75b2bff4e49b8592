"""Noisy labels: a teacher labels every frame for the registration networks that ask for it.

Comes in: cache/{patient}.h5 of the training patients and ted_pairs.tsv. Patients of the hold-out are
left out: the jobs look up who they are.
Goes out: nnU-Net's data set 574, its one fold, and registration/noisy_labels/{sequence}.nii.gz of the
patients whom the networks train on and are validated by. Nothing where no network asks for them.
"""

if TAUGHT:

    SPLIT = ["registration.holdout", "registration.validation_patients", "seed"]

    rule write_raw_teacher:
        input:
            caches=cache_indexes(COHORT.training_patients),
            pairs=rules.pair_ted.output.pairs,
        output:
            directory(raw_folder(NNUNET, TEACHING)),
        log:
            logs("write_raw_teacher"),
        benchmark:
            benchmarks("write_raw_teacher")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("write_raw_teacher"),
            arm=TEACHING,
            root=NNUNET,
            label_values=COHORT.dataset.label_values,
            settings=settings(*SPLIT),
        message:
            "Writing the raw data set of the teacher"
        script:
            "../workflow/scripts/write_raw_teacher.py"

    rule plan_teacher:
        input:
            raw=rules.write_raw_teacher.output[0],
        output:
            prepared_file(NNUNET, TEACHING),
        log:
            logs("plan_teacher"),
        benchmark:
            benchmarks("plan_teacher")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(16000),
        params:
            code=library("plan"),
            arm=TEACHING,
            root=NNUNET,
            configurations=["2d"],
            settings=settings("segmentation.plans.2d"),
        message:
            "Planning and preprocessing for the teacher"
        script:
            "../workflow/scripts/plan.py"

    rule train_fold_teacher:
        input:
            prepared=rules.plan_teacher.output[0],
            start=[],
        output:
            validation_summary(NNUNET, TEACHING, "{configuration}", "{fold}"),
        log:
            logs("train_fold/teacher_{configuration}_{fold}"),
        benchmark:
            benchmarks("train_fold/teacher_{configuration}_{fold}")
        wildcard_constraints:
            configuration="2d",
            fold="0",
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(16000),
            gpu=gpus(DEVICE),
        params:
            code=library("train_fold"),
            arm=TEACHING,
            root=NNUNET,
            settings=settings(*LEARNING),
            seed=config["seed"],
            probabilities=False,
        message:
            "Training the teacher"
        script:
            "../workflow/scripts/train_fold.py"

    rule select_teacher:
        input:
            summaries=validation_summary(NNUNET, TEACHING, "2d", 0),
        output:
            best_file(NNUNET, TEACHING),
        log:
            logs("select_teacher"),
        benchmark:
            benchmarks("select_teacher")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(8000),
        params:
            code=library("select"),
            arm=TEACHING,
            configurations=["2d"],
            folds=[0],
            root=NNUNET,
        message:
            "Choosing the postprocessing of the teacher"
        script:
            "../workflow/scripts/select.py"

    rule predict_noisy_labels:
        input:
            caches=cache_indexes(COHORT.training_patients),
            pairs=rules.pair_ted.output.pairs,
            best=rules.select_teacher.output[0],
        output:
            directory(NOISY_LABELS),
        log:
            logs("predict_noisy_labels"),
        benchmark:
            benchmarks("predict_noisy_labels")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(8000),
            gpu=gpus(DEVICE),
        params:
            code=library("predict_noisy_labels"),
            arm=TEACHING,
            root=NNUNET,
            settings=settings(*SPLIT),
        message:
            "Labelling every frame for the registration networks"
        script:
            "../workflow/scripts/predict_noisy_labels.py"
