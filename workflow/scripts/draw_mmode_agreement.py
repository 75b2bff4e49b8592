"""Draw what the networks find beside what true masks give."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.mmode.study.agreement_figure import draw_mmode_agreement

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        draw_mmode_agreement(
            table=Path(snakemake.input.recordings),
            networks=snakemake.params.networks,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
