"""Segment full-cycle clips of training patients, each by the fold that has not seen them."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files
from echoweave.io.cache import read_cycle
from echoweave.logs import log_to
from echoweave.segmentation.predict import predict_held_out

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
    ):
        predict_held_out(
            arm=snakemake.params.arm,
            caches=bucket_files(snakemake.input.caches),
            read=read_cycle,
            folder=Path(snakemake.output[0]),
            nnunet_root=snakemake.params.root,
            threads=snakemake.threads,
        )
