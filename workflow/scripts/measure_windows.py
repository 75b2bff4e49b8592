"""Measure a bundle on windows of test animals."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.mmode.testing import measure_windows

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_windows(
            bundle=Path(snakemake.input.bundle),
            windows=Path(snakemake.input.windows),
            samples=snakemake.params.samples,
            seed=snakemake.params.seed,
            threads=snakemake.threads,
            folder=Path(snakemake.output[0]),
        )
