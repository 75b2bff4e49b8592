"""Write the windows in nnU-Net's raw format."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.mmode.networks.nnunet_data import write_mmode_raw

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_mmode_raw(
            arm=snakemake.params.arm,
            training=Path(snakemake.input.training),
            validation=Path(snakemake.input.validation),
            size=snakemake.params.size,
            nnunet_root=snakemake.params.root,
        )
