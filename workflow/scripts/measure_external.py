"""Measure the predictions of one arm on a data set that it was not trained on."""

from pathlib import Path

from echoweave.evaluation.measure_external import measure_external
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_external(
            arm=snakemake.wildcards.arm,
            predictions=bucket_files(snakemake.input.predictions),
            caches=bucket_files(snakemake.input.caches),
            unit=snakemake.params.unit,
            output=Path(snakemake.output[0]),
        )
