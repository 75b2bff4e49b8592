"""Draw the training of the nnU-Nets."""

from pathlib import Path

from echoweave.figures.segmentation_curves import draw_segmentation_curves
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_segmentation_curves(
            curves={
                arm: {one: [Path(path) for path in paths] for one, paths in trained.items()}
                for arm, trained in snakemake.params.curves.items()
            },
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
