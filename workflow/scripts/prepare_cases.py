"""Bring some volumes to the common grid."""

from pathlib import Path

from echoweave.io.buckets import whole_bucket
from echoweave.learn2reg.prepare import prepare_cases
from echoweave.logs import log_to

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        whole_bucket(Path(snakemake.output[0]), snakemake.params.names) as files,
    ):
        prepare_cases(
            snakemake.params.sources, snakemake.params.reference, files, snakemake.threads
        )
