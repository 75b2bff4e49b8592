"""Pretrain the network of one fold on clips of which frames are hidden."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.logs import log_to
from echoweave.segmentation.pretrain import pretrain
from echoweave.segmentation.settings import running

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
    ):
        pretrain(
            arm=snakemake.params.arm,
            fold=int(snakemake.wildcards.fold),
            nnunet_root=snakemake.params.root,
            settings=snakemake.params.settings["pretraining"],
            training=snakemake.params.augmentation
            | running(snakemake.config["segmentation"]["training"]),
            seed=snakemake.params.seed,
            threads=snakemake.threads,
        )
