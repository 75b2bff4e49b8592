"""Measure the predictions of one arm on the test sequences."""

from pathlib import Path

from echoweave.evaluation.measure_segmentation import measure_segmentation
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_segmentation(
            arm=snakemake.wildcards.arm,
            predictions=bucket_files(snakemake.input.predictions),
            caches=bucket_files(snakemake.input.caches),
            folder=Path(snakemake.output.frames).parent,
            settings=snakemake.params.settings,
            clips=bucket_files(snakemake.input.clips),
        )
