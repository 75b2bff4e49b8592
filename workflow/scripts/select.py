"""Choose the postprocessing of one arm."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.segmentation.select import select

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        select(
            arm=snakemake.params.arm,
            folds=snakemake.params.folds,
            nnunet_root=snakemake.params.root,
            threads=snakemake.threads,
        )
