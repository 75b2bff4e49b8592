"""Draw the trainings of the networks of strips."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.mmode.study.curves_figure import draw_mmode_curves

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_mmode_curves(
            curves=snakemake.params.curves,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
