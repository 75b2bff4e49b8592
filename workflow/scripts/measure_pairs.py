"""Measure the displacement fields of one variant."""

from pathlib import Path

from echoweave.learn2reg.evaluation.evaluate import evaluate_pairs
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        fields, sources = snakemake.input.fields, snakemake.params.sources
        evaluate_pairs(
            labels={source.name: source.labels for source in sources},
            images={source.name: source.image for source in sources},
            out=Path(snakemake.output[0]),
            fields=Path(fields) if fields else None,
            pairs=snakemake.params.pairs,
            name=snakemake.wildcards.variant,
            jobs=snakemake.threads,
        )
