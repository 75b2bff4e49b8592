"""Align the frames of the sequences of the registration report by one estimator."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.pseudolabels.align import write_aligned
from echoweave.pseudolabels.estimators.registry import device_of

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(
            device_of(snakemake.params.estimator, snakemake.config["registration"]["device"])
        ),
    ):
        checkpoint = snakemake.input.get("checkpoint")
        write_aligned(
            estimator=snakemake.params.estimator,
            sequences=snakemake.params.sequences,
            caches=bucket_files(snakemake.input.caches),
            directory=Path(snakemake.params.folder),
            jacobian=Path(snakemake.output.jacobian),
            checkpoint=Path(checkpoint) if checkpoint else None,
            settings=snakemake.params.settings,
            threads=snakemake.threads,
        )
