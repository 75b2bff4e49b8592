"""Cut windows with masks to learn from, and those to test with."""

from pathlib import Path

from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.mmode.study.learning import write_learning_windows

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_learning_windows(
            strips=bucket_files(snakemake.input.strips),
            regions=snakemake.params.regions,
            shares=snakemake.params.shares,
            folders=[Path(path) for path in snakemake.output],
        )
