"""Train a registration network."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.registration.train import train_registration

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["registration"]["device"]),
    ):
        train_registration(
            caches=bucket_files(snakemake.input.caches),
            ted_pairs=Path(snakemake.input.pairs),
            noisy_labels=(
                Path(snakemake.input.noisy_labels) if snakemake.input.noisy_labels else None
            ),
            model_out=Path(snakemake.output.model),
            curves=Path(snakemake.output.curves),
            folder=snakemake.params.folder,
            model=snakemake.wildcards.model,
            settings=snakemake.params.settings,
            threads=snakemake.threads,
        )
