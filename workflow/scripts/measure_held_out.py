"""Measure the 2D sparse nnU-Net against dense truth, as if it were an estimator."""

from pathlib import Path

from echoweave.evaluation.measure_pseudolabels import measure_pseudolabels
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_pseudolabels(
            estimator="sparse2d",
            labels={"sparse2d": sorted(Path(snakemake.input.folder).glob("*.nii.gz"))},
            caches=[Path(path) for path in snakemake.input.caches],
            output=Path(snakemake.output[0]),
        )
