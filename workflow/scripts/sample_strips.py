"""Cut virtual strips out of the sequences of some patients."""

from pathlib import Path

from echoweave.io.buckets import bucket_files, whole_bucket
from echoweave.logs import log_to
from echoweave.mmode.study.sequences import store_virtual_strips

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        whole_bucket(Path(snakemake.output[0]), snakemake.params.names) as files,
    ):
        store_virtual_strips(
            caches=bucket_files(snakemake.input.caches),
            splits=snakemake.params.splits,
            height=snakemake.params.height,
            assumed_rate_hz=snakemake.params.frame_rate_hz,
            outputs=files,
        )
