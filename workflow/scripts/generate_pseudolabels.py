"""Make the pseudo-labels of some patients by one estimator."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files, whole_bucket
from echoweave.logs import log_to
from echoweave.pseudolabels.estimators.registry import device_of
from echoweave.pseudolabels.generate import generate

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(
            device_of(snakemake.params.estimator, snakemake.config["registration"]["device"])
        ),
        whole_bucket(Path(snakemake.output.labels[0]), snakemake.params.files),
    ):
        checkpoint = snakemake.input.get("checkpoint")
        generate(
            estimator=snakemake.params.estimator,
            caches=bucket_files(snakemake.input.caches),
            directory=Path(snakemake.params.folder),
            quality=Path(snakemake.output.quality),
            checkpoint=Path(checkpoint) if checkpoint else None,
            settings=snakemake.params.settings,
            threads=snakemake.threads,
        )
