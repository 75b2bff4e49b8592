"""Register pairs of volumes."""

from pathlib import Path

from echoweave.device import use_device
from echoweave.learn2reg.apply import predict_fields
from echoweave.logs import log_to
from echoweave.registration.settings import RefinementSettings

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        use_device(snakemake.config["registration"]["device"]),
    ):
        refinement = snakemake.params.refinement
        predict_fields(
            model=Path(snakemake.input.model),
            cases=snakemake.params.cases,
            pairs=snakemake.params.pairs,
            folder=Path(snakemake.output[0]),
            refinement=(
                RefinementSettings.from_config(refinement, "learn2reg.refinement")
                if refinement
                else None
            ),
            threads=snakemake.threads,
        )
