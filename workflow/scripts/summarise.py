"""Sum the tables up for the terminal."""

from pathlib import Path

from echoweave.evaluation.summary import write_summary
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_summary(
            tables=Path(snakemake.params.tables),
            links={
                "tables": snakemake.params.results / "tables",
                "figures": snakemake.params.results / "figures",
                "report": snakemake.params.results / "report.html",
                "viewer": snakemake.params.results / "viewer/index.html",
            },
            label_values=snakemake.params.label_values,
            unit=snakemake.params.unit,
            output=Path(snakemake.output[0]),
        )
