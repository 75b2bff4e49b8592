"""Make the tables: the paper's and more, as TSV, Markdown and LaTeX."""

from pathlib import Path

from echoweave.evaluation.make_tables import make_tables
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        make_tables(
            measures={arm: snakemake.params.measures / arm for arm in snakemake.params.arms},
            pseudolabels=[Path(path) for path in snakemake.input.pseudolabels],
            roles=Path(snakemake.input.roles),
            choices=dict(
                zip(snakemake.params.arms, map(Path, snakemake.input.choices), strict=True)
            ),
            published=snakemake.params.published,
            dataset=snakemake.params.dataset,
            folder=Path(snakemake.output[0]).parent,
            settings=snakemake.params.settings,
        )
