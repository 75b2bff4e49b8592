"""Make the table of what the arms lose on another data set."""

from pathlib import Path

from echoweave.evaluation.external_table import write_external_table
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        arms = snakemake.params.arms
        write_external_table(
            own=dict(zip(arms, map(Path, snakemake.input.own), strict=True)),
            others=dict(zip(arms, map(Path, snakemake.input.others), strict=True)),
            titles=snakemake.params.titles,
            own_unit=snakemake.params.own_unit,
            folder=Path(snakemake.output[0]).parent,
            settings=snakemake.params.settings,
        )
