"""Pretraining: a network a fold learns to rebuild hidden frames, for the arms that start from it.

Comes in: the preprocessed cases of data set 573, whole sequences or clips; no labels are read.
Goes out: nnunet/trained/{data set}/MaskedTrainer__*/fold_{fold}/rebuilt.npz, with the checkpoint of
the least validation loss beside it, and the figure of both. Nothing where no arm starts from it.
"""

from echoweave.segmentation.files import pretraining_folder
from echoweave.segmentation.settings import AUGMENTING

AUGMENTATION = [f"segmentation.training.{key}" for key in AUGMENTING]


if STARTED:

    rule pretrain:
        input:
            prepared=prepared_file(NNUNET, REBUILDING),
        output:
            rebuilt_file(NNUNET, REBUILDING, "{fold}"),
        log:
            logs("pretrain/{fold}"),
        benchmark:
            benchmarks("pretrain/{fold}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(16000),
            gpu=gpus(DEVICE),
        params:
            code=library("pretrain"),
            arm=REBUILDING,
            root=NNUNET,
            settings=settings("segmentation.pretraining"),
            augmentation=settings(*AUGMENTATION),
            seed=config["seed"],
        message:
            "Pretraining fold {wildcards.fold}: rebuilding hidden frames"
        script:
            "../workflow/scripts/pretrain.py"

    rule draw_pretraining:
        input:
            rebuilt=expand(rebuilt_file(NNUNET, REBUILDING, "{fold}"), fold=FOLDS),
        output:
            **drawn("pretraining", "Segmentation", "Rebuilding hidden frames"),
        log:
            logs("draw_pretraining"),
        benchmark:
            benchmarks("draw_pretraining")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("draw_pretraining"),
            curves=[pretraining_folder(NNUNET, REBUILDING, fold) / "curves.tsv" for fold in FOLDS],
        message:
            "Drawing what is rebuilt of hidden frames"
        script:
            "../workflow/scripts/draw_pretraining.py"
