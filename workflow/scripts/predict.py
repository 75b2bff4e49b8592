"""Segment the sequences of some patients with one arm."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files, whole_buckets
from echoweave.logs import log_to
from echoweave.segmentation.predict import predict

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
        whole_buckets(map(Path, snakemake.output), snakemake.params.files),
    ):
        predict(
            arm=snakemake.params.arm,
            caches=bucket_files(snakemake.input.caches),
            folder=snakemake.params.folder,
            clips=snakemake.params.clips,
            same_unit=snakemake.params.same_unit,
            nnunet_root=snakemake.params.root,
            threads=snakemake.threads,
        )
