"""Pair TED clips with CAMUS patients by their images."""

from pathlib import Path

from echoweave.cache.pair_ted import pair_ted
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        pair_ted(
            sources=snakemake.params.sources,
            clips=snakemake.params.clips,
            pairing=snakemake.params.pairing,
            root=snakemake.params.root,
            output=Path(snakemake.output.pairs),
            checksums=Path(snakemake.output.checksums),
        )
