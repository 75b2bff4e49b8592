"""Registration: one network a model learns to align the frames of a sequence.

Comes in: cache/{patient}.h5 of the training patients, ted_pairs.tsv for the hold-out, noisy labels for
the networks that ask for them, and checkpoints that are given instead of trained.
Goes out: registration/{model}/model.pt, curves.tsv and TensorBoard events, and
registration/roles.tsv: whom the networks trained on, validated on, and never saw.
"""

from echoweave.io.checksums import sha256

PRETRAINED = config["registration"]["pretrained"]
TRAINED = [model for model in MODELS if model not in PRETRAINED]
# They learn from the labels of a teacher as well.
TAUGHT = [
    model for model in TRAINED if config["registration"]["models"][model]["noisy_labels_weight"] > 0
]
ADOPTED = [model for model in MODELS if model in PRETRAINED]


rule registration:
    input:
        expand(RESULTS / "registration/{model}/model.pt", model=MODELS),
        RESULTS / "registration/roles.tsv",
    message:
        "The registration networks are trained"


rule train_registration:
    input:
        caches=cache_indexes(COHORT.training_patients),
        pairs=rules.pair_ted.output.pairs,
        noisy_labels=lambda wildcards: NOISY_LABELS if wildcards.model in TAUGHT else [],
    output:
        model=RESULTS / "registration/{model}/model.pt",
        curves=RESULTS / "registration/{model}/curves.tsv",
    log:
        logs("train_registration/{model}"),
    benchmark:
        benchmarks("train_registration/{model}")
    wildcard_constraints:
        model="|".join(TRAINED) or "none",
    conda:
        "../envs/echoweave.yaml"
    threads: config["registration"]["threads"]
    resources:
        mem_mb=memory(16000),
        gpu=gpus(config["registration"]["device"]),
    params:
        code=library("train_registration"),
        folder=lambda wildcards: RESULTS / "registration" / wildcards.model,
        settings=lambda wildcards: settings(
            f"registration.models.{wildcards.model}",
            "registration.rim_share",
            "registration.holdout",
            "registration.validation_patients",
            "seed",
        ),
    message:
        "Training registration network {wildcards.model}"
    script:
        "../workflow/scripts/train_registration.py"


rule adopt_registration:
    input:
        checkpoint=lambda wildcards: PRETRAINED[wildcards.model],
        pairs=rules.pair_ted.output.pairs,
    output:
        model=RESULTS / "registration/{model}/model.pt",
    log:
        logs("adopt_registration/{model}"),
    benchmark:
        benchmarks("adopt_registration/{model}")
    wildcard_constraints:
        model="|".join(ADOPTED) or "none",
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("adopt_registration"),
        training_patients=COHORT.training_patients,
        test_patients=COHORT.testing_patients,
        settings=lambda wildcards: settings(
            f"registration.models.{wildcards.model}",
            "registration.rim_share",
            "registration.holdout",
            "seed",
        ),
        content=lambda wildcards: sha256(Path(PRETRAINED[wildcards.model])),
    message:
        "Checking the given registration network {wildcards.model}"
    script:
        "../workflow/scripts/adopt_registration.py"


rule write_roles:
    input:
        models=expand(RESULTS / "registration/{model}/model.pt", model=MODELS),
    output:
        RESULTS / "registration/roles.tsv",
    log:
        logs("write_roles"),
    benchmark:
        benchmarks("write_roles")
    localrule: True
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("write_roles"),
        patients=COHORT.training_patients,
    message:
        "Writing down whom the registration networks have seen"
    script:
        "../workflow/scripts/write_roles.py"
