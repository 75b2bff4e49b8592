"""Try a fold, or all together, on patients whom it has not seen."""

from pathlib import Path

from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.packing.calibrate import calibrate

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        calibrate(
            arm=snakemake.params.arm,
            exported=Path(snakemake.input.exported),
            fold=snakemake.params.fold,
            training=bucket_files(snakemake.input.training),
            testing=bucket_files(snakemake.input.testing),
            whole_clips=snakemake.params.whole_clips,
            nnunet_root=snakemake.params.root,
            output=Path(snakemake.output[0]),
            threads=snakemake.threads,
        )
