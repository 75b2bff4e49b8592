"""Write down which patients the registration networks have seen."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.registration.roles import write_roles

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_roles(
            checkpoints=[Path(path) for path in snakemake.input.models],
            patients=snakemake.params.patients,
            output=Path(snakemake.output[0]),
        )
