"""Measure the pseudo-labels of one estimator against dense truth."""

from pathlib import Path

from echoweave.evaluation.measure_pseudolabels import measure_pseudolabels
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_pseudolabels(
            estimator=snakemake.wildcards.estimator,
            labels={
                direction: [Path(path) for path in snakemake.input[direction]]
                for direction in ("forward", "backward", "fused")
            },
            caches=[Path(path) for path in snakemake.input.caches],
            unit=snakemake.params.unit,
            output=Path(snakemake.output[0]),
        )
