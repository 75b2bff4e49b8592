"""Measure the nnU-Net that had no pseudo-labels against dense truth, as if it were an estimator."""

from pathlib import Path

from echoweave.evaluation.measure_pseudolabels import measure_pseudolabels
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_pseudolabels(
            estimator=snakemake.params.arm,
            labels={snakemake.params.arm: sorted(Path(snakemake.input.folder).glob("*.nii.gz"))},
            caches=bucket_files(snakemake.input.caches),
            unit=snakemake.params.unit,
            output=Path(snakemake.output[0]),
        )
