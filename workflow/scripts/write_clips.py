"""Write the clips of some patients for the viewer."""

from pathlib import Path

from echoweave.logs import log_to
from echoweave.viewer.clips import write_clips

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_clips(
            caches=[Path(path) for path in snakemake.input.caches],
            layers=[Path(path) for path in snakemake.input.layers],
            folder=Path(snakemake.params.folder),
        )
