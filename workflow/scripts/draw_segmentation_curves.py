"""Draw the training of the nnU-Nets."""

from pathlib import Path

from echoweave.figures.segmentation_curves import draw_segmentation_curves
from echoweave.logs import log_to
from echoweave.segmentation.files import curves_files

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_segmentation_curves(
            curves=curves_files(
                snakemake.params.root,
                snakemake.params.arms,
                snakemake.params.trained,
                snakemake.params.folds,
            ),
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
