"""Write down what the results were made from."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.report.provenance import write_provenance

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_provenance(
            config=Path(snakemake.input.config),
            seed=snakemake.params.seed,
            input_tables=[Path(path) for path in snakemake.input.checksums],
            other_inputs=[Path(path) for path in snakemake.input.files],
            jobs=snakemake.params.jobs,
            checkout=snakemake.params.checkout,
            output=Path(snakemake.output.json),
            page=Path(snakemake.output.page),
        )
