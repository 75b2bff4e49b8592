"""Draw Dice against the position between ED and ES."""

from pathlib import Path

from echoweave.figures.dice_by_position import draw_dice_by_position
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_dice_by_position(
            quality=[Path(path) for path in snakemake.input.tables],
            roles=Path(snakemake.input.roles),
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
