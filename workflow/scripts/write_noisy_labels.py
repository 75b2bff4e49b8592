"""Label every training volume."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files
from echoweave.learn2reg.noisy.predict import write_noisy_labels
from echoweave.logs import log_to

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
    ):
        write_noisy_labels(
            arm=snakemake.params.arm,
            training=bucket_files(snakemake.input.training),
            choosing=bucket_files(snakemake.input.choosing),
            folder=Path(snakemake.output[0]),
            min_confidence=snakemake.params.min_confidence,
            nnunet_root=snakemake.params.root,
            threads=snakemake.threads,
        )
