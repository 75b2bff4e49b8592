"""Plan and preprocess one arm."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.segmentation.plan import plan

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        plan(
            arm=snakemake.params.arm,
            configurations=snakemake.params.configurations,
            nnunet_root=snakemake.params.root,
            settings=snakemake.params.settings,
            threads=snakemake.threads,
            place=snakemake.params.get("place"),
        )
