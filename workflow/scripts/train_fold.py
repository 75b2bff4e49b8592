"""Train one fold of one arm."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.logs import log_to
from echoweave.segmentation.settings import running
from echoweave.segmentation.train import train_fold

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
    ):
        train_fold(
            arm=snakemake.params.arm,
            configuration=snakemake.wildcards.configuration,
            fold=int(snakemake.wildcards.fold),
            start=Path(snakemake.input.start).parent if snakemake.input.start else None,
            nnunet_root=snakemake.params.root,
            settings=snakemake.params.settings
            | running(snakemake.config["segmentation"]["training"]),
            seed=snakemake.params.seed,
            threads=snakemake.threads,
            probabilities=snakemake.params.probabilities,
        )
