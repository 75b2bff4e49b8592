"""Put the report of the M-mode wing together."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.mmode.study.report import render_mmode_report

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        render_mmode_report(
            tables=Path(snakemake.input.tables[0]).parent,
            figures=[Path(path) for path in snakemake.input.figures],
            testing=Path(snakemake.input.testing),
            network=snakemake.params.network,
            output=Path(snakemake.output[0]),
        )
