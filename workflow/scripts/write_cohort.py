"""Write the cohort table and the table of excluded inputs."""

from pathlib import Path

from echoweave.datasets.tables import write_cohort
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_cohort(
            sources=snakemake.params.sources,
            folds=snakemake.params.folds,
            excluded=snakemake.params.excluded,
            warnings=snakemake.params.warnings,
            ted_pairs=Path(snakemake.input.pairs),
            root=snakemake.params.root,
            cohort_table=Path(snakemake.output.cohort),
            excluded_table=Path(snakemake.output.excluded),
        )
