"""Write what a variant makes of the moving volumes."""

from pathlib import Path

from echoweave.learn2reg.fields.outputs import write_warped_volumes
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_warped_volumes(
            fields=Path(snakemake.input.fields),
            cases=snakemake.params.cases,
            files={source.name: source.image for source in snakemake.params.sources},
            pairs=snakemake.params.pairs,
            folder=Path(snakemake.output[0]),
        )
