"""Pack the predictions of one arm for the CAMUS platform."""

from pathlib import Path

from echoweave.datasets.camus import images_of
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.submission.camus import write_submission

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_submission(
            caches=bucket_files(snakemake.input.caches),
            predictions=bucket_files(snakemake.input.predictions),
            sources=images_of(snakemake.params.sources),
            output=Path(snakemake.output[0]),
        )
