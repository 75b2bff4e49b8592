"""Pseudo-labels: each estimator's motion carries the ED and the ES mask to every frame.

Comes in: cache/{patient}.h5 of the training patients, registration checkpoints.
Goes out: pseudolabels/{estimator}/{forward,backward,fused}/{sequence}.nii.gz and quality.tsv.
"""


rule pseudolabels:
    input:
        [pseudolabel_files(name, COHORT.training) for name in ESTIMATORS],
        [quality_file(name) for name in ESTIMATORS],
    message:
        "The pseudo-labels are complete"


for bucket, patients in TRAINING_BUCKETS.items():

    rule:
        name:
            f"generate_pseudolabels_{bucket}"
        input:
            caches=cache_files(patients),
            checkpoint=checkpoint_of,
            code=library("pseudolabels", "registration", "geometry"),
        output:
            labels=pseudolabel_files("{estimator}", COHORT.sequences_of(patients)),
            quality=RESULTS / f"pseudolabels/{{estimator}}/quality/{bucket}.tsv",
        log:
            logs(f"generate_pseudolabels/{{estimator}}_{bucket}"),
        benchmark:
            benchmarks(f"generate_pseudolabels/{{estimator}}_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(4000),
        params:
            folder=str(RESULTS / "pseudolabels/{estimator}"),
            settings=settings(
                "pseudolabels.propagation", "pseudolabels.fusion", "pseudolabels.refinement"
            ),
        message:
            "Carrying labels with {wildcards.estimator}"
        script:
            "../workflow/scripts/generate_pseudolabels.py"


rule merge_quality:
    input:
        chunks=[
            RESULTS / f"pseudolabels/{{estimator}}/quality/{bucket}.tsv"
            for bucket in TRAINING_BUCKETS
        ],
        code=library("pseudolabels"),
    output:
        quality_file("{estimator}"),
    log:
        logs("merge_quality/{estimator}"),
    benchmark:
        benchmarks("merge_quality/{estimator}")
    conda:
        "../envs/echoweave.yaml"
    message:
        "Collecting the quality of {wildcards.estimator}"
    script:
        "../workflow/scripts/merge_quality.py"
