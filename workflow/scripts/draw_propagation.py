"""Animate the labels of one sequence."""

from pathlib import Path

from echoweave.figures.propagation import draw_propagation
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_propagation(
            sequence=snakemake.wildcards.sequence,
            caches=bucket_files(snakemake.input.caches),
            labels=bucket_files(snakemake.input.labels),
            gif=Path(snakemake.output.gif),
            png=Path(snakemake.output.png),
        )
