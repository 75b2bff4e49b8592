"""Take over a registration network that was trained elsewhere."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.registration.adopt import adopt_checkpoint

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        adopt_checkpoint(
            path=Path(snakemake.input.checkpoint),
            ted_pairs=Path(snakemake.input.pairs),
            model_out=Path(snakemake.output.model),
            model=snakemake.wildcards.model,
            training_patients=snakemake.params.training_patients,
            test_patients=snakemake.params.test_patients,
            settings=snakemake.params.settings,
        )
