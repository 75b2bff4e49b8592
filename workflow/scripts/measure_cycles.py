"""Measure the full-cycle clips that one arm segmented, beat by beat."""

from pathlib import Path

from echoweave.evaluation.measure_cycles import measure_cycles
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        measure_cycles(
            arm=snakemake.wildcards.arm,
            folder=Path(snakemake.input.folder),
            caches=bucket_files(snakemake.input.caches),
            frame_rate_hz=snakemake.params.settings["frame_rate_hz"],
            unit=snakemake.params.unit,
            output=Path(snakemake.output[0]),
        )
