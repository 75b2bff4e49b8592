"""Write the viewer's page."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.viewer.page import write_page

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_page(
            arms=snakemake.params.arms,
            cohort=Path(snakemake.input.cohort),
            frames=[Path(path) for path in snakemake.input.frames],
            volumes=[Path(path) for path in snakemake.input.volumes],
            quality=Path(snakemake.input.quality),
            roles=Path(snakemake.input.roles),
            mode=snakemake.params.mode,
            label_values=snakemake.params.label_values,
            unit=snakemake.params.unit,
            sequences=snakemake.params.sequences,
            output=Path(snakemake.output[0]),
        )
