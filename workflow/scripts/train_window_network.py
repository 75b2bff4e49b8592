"""Train a network on windows of strips."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.logs import log_to
from echoweave.mmode.networks.settings import WindowTrainingSettings
from echoweave.mmode.networks.training import train_window_network

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["segmentation"]["device"]),
    ):
        train_window_network(
            network=snakemake.params.network,
            training=Path(snakemake.input.training),
            validation=Path(snakemake.input.validation),
            settings=WindowTrainingSettings(
                **snakemake.params.settings, start=snakemake.input.start or None
            ),
            output=Path(snakemake.output.model),
            curves=Path(snakemake.output.curves),
            folder=Path(snakemake.output.model).parent,
            threads=snakemake.threads,
        )
