"""Draw the temporal smoothness (the paper's Figure 3)."""

from pathlib import Path

from echoweave.figures.figure3 import draw_figure3
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_figure3(
            smoothness=[Path(path) for path in snakemake.input.tables],
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
