"""Measure the predictions of one arm on the test sequences."""

from pathlib import Path

from echoweave.evaluation.measure_segmentation import measure_segmentation
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_segmentation(
            arm=snakemake.wildcards.arm,
            predictions=[Path(path) for path in snakemake.input.predictions],
            caches=[Path(path) for path in snakemake.input.caches],
            folder=Path(snakemake.output.frames).parent,
            settings=snakemake.params.settings,
        )
