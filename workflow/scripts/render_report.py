"""Render the report."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.report.render import render_report

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        render_report(
            snakefile=snakemake.params.snakefile,
            config=Path(snakemake.input.config),
            results=snakemake.params.results,
            targets=["figures", "evaluation", snakemake.input.provenance],
            output=Path(snakemake.output[0]),
        )
