"""Compare the networks on strips of test animals."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.mmode.study.tables import make_mmode_tables

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        make_mmode_tables(
            recordings=[Path(path) for path in snakemake.input.recordings],
            beats=[Path(path) for path in snakemake.input.beats],
            testing=dict(
                zip(snakemake.params.networks, map(Path, snakemake.input.testing), strict=True)
            ),
            folder=Path(snakemake.output[0]).parent,
            samples=snakemake.params.samples,
            seed=snakemake.params.seed,
        )
