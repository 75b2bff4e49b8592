"""Train a registration network on pairs of volumes."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files
from echoweave.learn2reg.settings import PairModelSettings, PairTrainingSettings
from echoweave.learn2reg.train import train_pairs
from echoweave.logs import log_to

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["registration"]["device"]),
    ):
        start, noisy = snakemake.input.start, snakemake.input.noisy_labels
        train_pairs(
            cases=bucket_files(snakemake.input.cases),
            choosing=bucket_files(snakemake.input.choosing),
            model_out=Path(snakemake.output.model),
            curves=Path(snakemake.output.curves),
            folder=Path(snakemake.output.model).parent,
            start=Path(start) if start else None,
            noisy_labels=Path(noisy) if noisy else None,
            model=PairModelSettings.from_config(snakemake.params.model, "learn2reg.network"),
            training=PairTrainingSettings.from_config(
                snakemake.params.training, snakemake.params.section
            ),
            section=snakemake.params.section,
            name=snakemake.params.name,
            seed=snakemake.params.seed,
            checkpointing=snakemake.config["learn2reg"]["training"]["checkpointing"],
            threads=snakemake.threads,
        )
