"""Train one fold of one arm."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.segmentation.train import train_fold

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        train_fold(
            arm=snakemake.params.arm,
            fold=int(snakemake.wildcards.fold),
            nnunet_root=Path(snakemake.params.root),
            settings=snakemake.params.settings["training"],
            device=snakemake.resources.device,
            seed=snakemake.params.settings["seed"],
            threads=snakemake.threads,
        )
