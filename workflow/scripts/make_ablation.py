"""Compare the variants of the registration of volumes."""

from pathlib import Path

from echoweave.io.buckets import bucket_files
from echoweave.learn2reg.evaluation.ablation import grid_data_set, write_ablation
from echoweave.logs import log_to

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_ablation(
            variants=dict(
                zip(snakemake.params.variants, map(Path, snakemake.input.measured), strict=True)
            ),
            dataset=grid_data_set(bucket_files(snakemake.input.cases)[0]),
            published=Path(snakemake.input.published),
            out=Path(snakemake.output[0]).parent,
            samples=snakemake.params.samples,
            seed=snakemake.params.seed,
        )
