"""Draw long axes and discs of Simpson's rule on one test patient."""

from pathlib import Path

from echoweave.figures.simpson import draw_simpson
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_simpson(
            volumes=Path(snakemake.input.volumes),
            caches=bucket_files(snakemake.input.caches),
            predictions=bucket_files(snakemake.input.predictions),
            mode=snakemake.params.mode,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
