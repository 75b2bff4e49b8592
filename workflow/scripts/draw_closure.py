"""Draw the reference masks carried from end to end."""

from pathlib import Path

from echoweave.figures.closure import draw_closure
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_closure(
            sequences=snakemake.params.sequences,
            caches=bucket_files(snakemake.input.caches),
            labels=bucket_files(snakemake.input.labels),
            roles=Path(snakemake.input.roles),
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
