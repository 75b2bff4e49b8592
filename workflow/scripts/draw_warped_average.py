"""Draw the average of the frames warped onto ED."""

from pathlib import Path

from echoweave.figures.warped_average import draw_warped_average
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_warped_average(
            sequences=snakemake.params.sequences,
            caches=bucket_files(snakemake.input.caches),
            aligned=[Path(path) for path in snakemake.input.aligned],
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
