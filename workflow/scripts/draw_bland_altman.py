"""Draw volumes and ejection fraction against the reference."""

from pathlib import Path

from echoweave.figures.bland_altman import draw_bland_altman
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_bland_altman(
            volumes=Path(snakemake.input.volumes),
            mode=snakemake.params.mode,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
