"""Make the tables: the paper's and more, as TSV, Markdown and LaTeX."""

from pathlib import Path

from echoweave.evaluation.make_tables import make_tables
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        make_tables(
            measures={arm: Path(folder) for arm, folder in snakemake.params.measures.items()},
            pseudolabels=[Path(path) for path in snakemake.input.pseudolabels],
            choices={arm: Path(path) for arm, path in snakemake.params.choices.items()},
            published=Path(snakemake.input.published),
            folder=Path(snakemake.output[0]).parent,
            settings=snakemake.params.settings,
        )
