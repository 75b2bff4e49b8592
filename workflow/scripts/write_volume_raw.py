"""Write the labelled volumes in nnU-Net's raw format."""

from pathlib import Path

from echoweave.io.buckets import bucket_files
from echoweave.learn2reg.noisy.raw import write_volume_raw
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_volume_raw(
            arm=snakemake.params.arm,
            training=bucket_files(snakemake.input.training),
            choosing=bucket_files(snakemake.input.choosing),
            nnunet_root=snakemake.params.root,
        )
