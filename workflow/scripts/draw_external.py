"""Draw what the arms lose on another data set."""

from pathlib import Path

from echoweave.figures.external import draw_external
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        arms = snakemake.params.arms
        draw_external(
            own=dict(zip(arms, map(Path, snakemake.input.own), strict=True)),
            others=dict(zip(arms, map(Path, snakemake.input.others), strict=True)),
            titles=snakemake.params.titles,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
