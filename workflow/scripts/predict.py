"""Segment the test sequences of some patients with one arm."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.logs import log_to
from echoweave.segmentation.predict import predict

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
    ):
        predict(
            arm=snakemake.params.arm,
            caches=[Path(path) for path in snakemake.input.caches],
            folder=snakemake.params.folder,
            nnunet_root=snakemake.params.root,
            threads=snakemake.threads,
        )
