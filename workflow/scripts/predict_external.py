"""Segment sequences of a data set that one arm was not trained on."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files, whole_bucket
from echoweave.logs import log_to
from echoweave.segmentation.predict_external import predict_external

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
        whole_bucket(Path(snakemake.output[0]), snakemake.params.files),
    ):
        predict_external(
            arm=snakemake.params.arm,
            caches=bucket_files(snakemake.input.caches),
            same_unit=snakemake.params.same_unit,
            folder=snakemake.params.folder,
            nnunet_root=snakemake.params.root,
            threads=snakemake.threads,
        )
