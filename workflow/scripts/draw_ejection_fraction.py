"""Draw the ejection fraction of one arm against that of the data set."""

from pathlib import Path

from echoweave.figures.ejection_fraction import draw_ejection_fraction
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_ejection_fraction(
            arm=snakemake.wildcards.arm,
            tables=[Path(snakemake.input.volumes), Path(snakemake.input.clips)],
            mode=snakemake.params.mode,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
