"""Join the quality tables of all patients."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.pseudolabels.merge import merge_quality

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        merge_quality(
            chunks=[Path(path) for path in snakemake.input.chunks],
            output=Path(snakemake.output[0]),
        )
