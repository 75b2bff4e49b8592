"""Read the strips of some animals."""

from pathlib import Path

from echoweave.io.buckets import whole_bucket
from echoweave.logs import log_to
from echoweave.mmode.study.recorded import store_recordings

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        whole_bucket(Path(snakemake.output[0]), snakemake.params.names) as files,
    ):
        store_recordings(snakemake.params.recordings, snakemake.params.species, files)
