"""Draw what a pretrained network rebuilds of hidden frames."""

from pathlib import Path

from echoweave.figures.pretraining import draw_pretraining
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_pretraining(
            rebuilt=Path(snakemake.input.rebuilt[0]),
            curves=snakemake.params.curves,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
