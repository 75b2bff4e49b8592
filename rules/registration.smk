"""Registration: one network a model learns to align the frames of a sequence.

Comes in: cache/{patient}.h5 of the training patients, ted_pairs.tsv for the hold-out.
Goes out: registration/{model}/model.pt, curves.tsv and TensorBoard events.
"""

PRETRAINED = config["registration"]["pretrained"]
TRAINED = [model for model in MODELS if model not in PRETRAINED]
ADOPTED = [model for model in MODELS if model in PRETRAINED]


rule registration:
    input:
        expand(RESULTS / "registration/{model}/model.pt", model=MODELS),
    message:
        "The registration networks are trained"


rule train_registration:
    input:
        caches=cache_files(COHORT.training_patients),
        pairs=rules.pair_ted.output.pairs,
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
        device=config["registration"]["device"],
    params:
        code=library("train_registration"),
        folder=str(RESULTS / "registration/{model}"),
        settings=lambda wildcards: settings(
            f"registration.models.{wildcards.model}",
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
        settings=lambda wildcards: settings(f"registration.models.{wildcards.model}"),
        stamp=lambda wildcards: stamp([PRETRAINED[wildcards.model]]),
    message:
        "Checking the given registration network {wildcards.model}"
    script:
        "../workflow/scripts/adopt_registration.py"
