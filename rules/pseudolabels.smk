"""Pseudo-labels: each estimator's motion carries the ED and the ES mask to every frame.

Comes in: cache/{patient}.h5 of the training patients, registration checkpoints.
Goes out: pseudolabels/{estimator}/{forward,backward,fused}/{sequence}.nii.gz and quality.tsv,
and of the sequences of the registration report aligned/{sequence}.nii.gz and jacobian.tsv.
"""

from itertools import product

from echoweave.datasets.examples import example_sequences
from echoweave.pseudolabels.estimators.registry import device_of, label_keys, motion_keys
from echoweave.pseudolabels.files import aligned_path, label_names

REGISTRATION_EXAMPLES = example_sequences(COHORT.training, config["figures"]["registration"])
EXAMPLE_PATIENTS = [source.patient for source in REGISTRATION_EXAMPLES]


rule pseudolabels:
    input:
        [pseudolabel_indexes(name, COHORT.training_patients) for name in ESTIMATORS],
        [quality_file(name) for name in ESTIMATORS],
    message:
        "The pseudo-labels are complete"


for estimator, (bucket, patients) in product(ESTIMATORS, TRAINING_BUCKETS.items()):

    rule:
        name:
            f"generate_pseudolabels_{estimator}_{bucket}"
        input:
            caches=cache_indexes(patients),
            checkpoint=checkpoint_of(estimator),
        output:
            labels=pseudolabel_indexes(estimator, patients),
            quality=RESULTS / f"pseudolabels/{estimator}/quality/{bucket}.tsv",
        log:
            logs(f"generate_pseudolabels/{estimator}_{bucket}"),
        benchmark:
            benchmarks(f"generate_pseudolabels/{estimator}_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(4000),
            gpu=gpus(device_of(estimator, config["registration"]["device"])),
        params:
            code=library("generate_pseudolabels"),
            estimator=estimator,
            folder=subpath(output.quality, ancestor=2),
            files=label_names(SEQUENCES[f"training_{bucket}"]),
            settings=settings(*label_keys(estimator)),
        message:
            f"Carrying labels with {estimator}"
        script:
            "../workflow/scripts/generate_pseudolabels.py"


rule merge_quality:
    input:
        chunks=[
            RESULTS / f"pseudolabels/{{estimator}}/quality/{bucket}.tsv"
            for bucket in TRAINING_BUCKETS
        ],
    output:
        quality_file("{estimator}"),
    log:
        logs("merge_quality/{estimator}"),
    benchmark:
        benchmarks("merge_quality/{estimator}")
    localrule: True
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("merge_quality"),
    message:
        "Collecting the quality of {wildcards.estimator}"
    script:
        "../workflow/scripts/merge_quality.py"


rule align_frames:
    input:
        caches=cache_indexes(EXAMPLE_PATIENTS),
        checkpoint=checkpoint_of(USED),
    output:
        aligned=[
            aligned_path(RESULTS / "pseudolabels" / USED, source.name)
            for source in REGISTRATION_EXAMPLES
        ],
        jacobian=RESULTS / f"pseudolabels/{USED}/jacobian.tsv",
    log:
        logs("align_frames"),
    benchmark:
        benchmarks("align_frames")
    conda:
        "../envs/echoweave.yaml"
    resources:
        mem_mb=memory(4000),
        gpu=gpus(device_of(USED, config["registration"]["device"])),
    params:
        code=library("align_frames"),
        estimator=USED,
        folder=subpath(output.jacobian, parent=True),
        sequences=[source.name for source in REGISTRATION_EXAMPLES],
        settings=settings(*motion_keys(USED)),
    message:
        f"Aligning the frames of some sequences with {USED}"
    script:
        "../workflow/scripts/align_frames.py"
