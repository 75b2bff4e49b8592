"""Draw the fused pseudo-labels of every estimator."""

from pathlib import Path

from echoweave.figures.estimators import draw_estimators
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_estimators(
            quality=[Path(path) for path in snakemake.input.tables],
            roles=Path(snakemake.input.roles),
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
