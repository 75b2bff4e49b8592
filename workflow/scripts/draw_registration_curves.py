"""Draw the training of the registration networks."""

from pathlib import Path

from echoweave.figures.registration_curves import draw_registration_curves
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_registration_curves(
            curves=[Path(path) for path in snakemake.input.tables],
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
