"""Write the clips of some patients for the viewer."""

from pathlib import Path

from echoweave.io.buckets import bucket_files, whole_bucket
from echoweave.logs import log_to
from echoweave.viewer.clips import write_clips

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        whole_bucket(Path(snakemake.output[0]), snakemake.params.files),
    ):
        write_clips(
            caches=bucket_files(snakemake.input.caches),
            layers=bucket_files(snakemake.input.layers),
            folder=Path(snakemake.params.folder),
        )
