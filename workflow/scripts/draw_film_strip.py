"""Draw the pseudo-labels of one sequence from ED to ES."""

from pathlib import Path

from echoweave.figures.film_strip import draw_film_strip
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_film_strip(
            sequence=snakemake.params.sequence,
            caches=bucket_files(snakemake.input.caches),
            labels=bucket_files(snakemake.input.labels),
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
