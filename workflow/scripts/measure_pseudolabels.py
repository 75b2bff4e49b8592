"""Measure the pseudo-labels of one estimator against dense truth."""

from pathlib import Path

from echoweave.evaluation.measure_pseudolabels import measure_pseudolabels
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.pseudolabels.files import by_direction

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_pseudolabels(
            estimator=snakemake.wildcards.estimator,
            labels=by_direction(bucket_files(snakemake.input.labels)),
            caches=bucket_files(snakemake.input.caches),
            unit=snakemake.params.unit,
            output=Path(snakemake.output[0]),
        )
