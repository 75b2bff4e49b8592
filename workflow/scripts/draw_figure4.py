"""Draw area curves with ED and ES overlays (the paper's Figure 4)."""

from pathlib import Path

from echoweave.figures.figure4 import draw_figure4
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_figure4(
            areas=[Path(path) for path in snakemake.input.areas],
            caches=bucket_files(snakemake.input.caches),
            predictions=bucket_files(snakemake.input.predictions),
            sequences=snakemake.params.sequences,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
