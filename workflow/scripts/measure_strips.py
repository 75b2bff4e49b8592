"""Measure strips of test animals."""

from pathlib import Path

from echoweave.io.buckets import bucket_files, whole_bucket
from echoweave.logs import log_to
from echoweave.mmode.study.measuring import measure_stored_strips

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        whole_bucket(Path(snakemake.output.index), snakemake.params.names),
    ):
        measure_stored_strips(
            strips=bucket_files([snakemake.input.strips]),
            bundle=Path(snakemake.input.bundle),
            network=snakemake.wildcards.network,
            folder=Path(snakemake.output.index).parent.parent,
            recordings=Path(snakemake.output.recordings),
            beats=Path(snakemake.output.beats),
            threads=snakemake.threads,
        )
