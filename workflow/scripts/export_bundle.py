"""Write the trained folds of an arm as networks that run without nnU-Net."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.packing.bundle import export_bundle

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        export_bundle(
            arm=snakemake.params.arm,
            label_values=snakemake.params.label_values,
            unit=snakemake.params.unit,
            nnunet_root=snakemake.params.root,
            folder=Path(snakemake.output[0]),
        )
