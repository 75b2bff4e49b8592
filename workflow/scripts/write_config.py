"""Write down the configuration that the results were made with."""

from pathlib import Path

from echoweave.config import write_config
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_config(
            snakemake.params.config | {"results_dir": str(snakemake.params.results)},
            Path(snakemake.output[0]),
        )
