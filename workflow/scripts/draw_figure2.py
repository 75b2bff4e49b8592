"""Draw the quality of the pseudo-labels (the paper's Figure 2)."""

from pathlib import Path

from echoweave.figures.figure2 import draw_figure2
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_figure2(
            quality=[Path(path) for path in snakemake.input.tables],
            roles=Path(snakemake.input.roles),
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
