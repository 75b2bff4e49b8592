"""Write the raw nnU-Net data set of the teacher of the registration networks."""

from pathlib import Path

from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.segmentation.teacher import write_raw_teacher

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_raw_teacher(
            arm=snakemake.params.arm,
            caches=bucket_files(snakemake.input.caches),
            ted_pairs=Path(snakemake.input.pairs),
            label_values=snakemake.params.label_values,
            nnunet_root=snakemake.params.root,
            settings=snakemake.params.settings,
        )
