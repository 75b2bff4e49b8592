"""Write the bundle of an arm, compared with nnU-Net's predictions and calibrated."""

from pathlib import Path

from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.packing.bundle import write_bundle

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_bundle(
            exported=Path(snakemake.input.exported),
            alone=[Path(path) for path in snakemake.input.alone],
            together=Path(snakemake.input.together),
            caches=bucket_files(snakemake.input.caches),
            predictions=bucket_files(snakemake.input.predictions),
            whole_clips=snakemake.params.whole_clips,
            digests={
                "config": [Path(snakemake.input.config)],
                "data": [Path(path) for path in snakemake.input.checksums],
            },
            output=Path(snakemake.output[0]),
            threads=snakemake.threads,
        )
