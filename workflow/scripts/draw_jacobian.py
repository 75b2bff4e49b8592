"""Draw the Jacobian determinants of successive fields."""

from pathlib import Path

from echoweave.figures.jacobian import draw_jacobian
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_jacobian(
            jacobian=Path(snakemake.input.jacobian),
            sequences=snakemake.params.sequences,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
