"""Animate the labels of one sequence."""

from pathlib import Path

from echoweave.figures.propagation import draw_propagation
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_propagation(
            sequence=snakemake.wildcards.sequence,
            caches=[Path(path) for path in snakemake.input.caches],
            labels=[Path(path) for path in snakemake.input.labels],
            gif=Path(snakemake.output.gif),
            png=Path(snakemake.output.png),
        )
