"""Put the report of the wing of Learn2Reg together."""

from pathlib import Path

from echoweave.learn2reg.report import render_learn2reg_report
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        noisy = snakemake.input.noisy_labels
        render_learn2reg_report(
            tables=Path(snakemake.input.tables[0]).parent,
            measured=Path(snakemake.input.measured),
            noisy_labels=Path(noisy) if noisy else None,
            figures=[Path(path) for path in snakemake.input.figures],
            variant=snakemake.params.variant,
            sources=snakemake.params.sources,
            output=Path(snakemake.output[0]),
        )
