"""Write the bundle of a network of strips."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.mmode.networks.packing import BundleFacts, pack_mmode_bundle

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        pack_mmode_bundle(
            network=snakemake.wildcards.network,
            trained=Path(snakemake.input.trained),
            arm=snakemake.params.arm,
            nnunet_root=snakemake.params.root,
            facts=BundleFacts(
                species=snakemake.params.species,
                windows=snakemake.params.shares,
                data_set=snakemake.params.data_set,
                classifier=Path(snakemake.input.classifier) if snakemake.input.classifier else None,
                threshold=snakemake.params.threshold,
                digests={"strips": [Path(path) for path in snakemake.input.strips]},
            ),
            folder=Path(snakemake.output[0]),
        )
