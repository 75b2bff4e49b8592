"""Draw Dice by organ and variant."""

from pathlib import Path

from echoweave.learn2reg.evaluation.organ_boxes import draw_measured_organs
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_measured_organs(
            measured=[Path(path) for path in snakemake.input.measured],
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
