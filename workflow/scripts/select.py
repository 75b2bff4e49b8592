"""Choose among the candidates of one arm, and its postprocessing."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.segmentation.select import select_configurations

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        select_configurations(
            arm=snakemake.params.arm,
            configurations=snakemake.params.configurations,
            folds=snakemake.params.folds,
            nnunet_root=snakemake.params.root,
            threads=snakemake.threads,
        )
