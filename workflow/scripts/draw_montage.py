"""Draw the best, median and worst test cases."""

from pathlib import Path

from echoweave.figures.montage import draw_montage
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_montage(
            frames=Path(snakemake.input.frames),
            caches=bucket_files(snakemake.input.caches),
            predictions=bucket_files(snakemake.input.predictions),
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
