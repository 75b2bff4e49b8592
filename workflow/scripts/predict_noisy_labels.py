"""Label every frame of the patients whom registration networks train on, by the teacher."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.segmentation.teacher import predict_noisy_labels

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
    ):
        predict_noisy_labels(
            arm=snakemake.params.arm,
            caches=bucket_files(snakemake.input.caches),
            ted_pairs=Path(snakemake.input.pairs),
            folder=Path(snakemake.output[0]),
            nnunet_root=snakemake.params.root,
            settings=snakemake.params.settings,
            threads=snakemake.threads,
        )
