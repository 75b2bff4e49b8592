"""Write the raw nnU-Net data set of one arm."""

from pathlib import Path

from echoweave.io.buckets import bucket_files
from echoweave.logs import log_to
from echoweave.segmentation.raw import write_raw

if __name__ == "__main__":
    with log_to(Path(snakemake.log[0])):
        write_raw(
            arm=snakemake.params.arm,
            caches=bucket_files(snakemake.input.caches),
            folds=snakemake.params.folds,
            label_values=snakemake.params.label_values,
            whole_clips=snakemake.params.whole_clips,
            pseudolabels=snakemake.params.pseudolabels,
            nnunet_root=snakemake.params.root,
            quality=snakemake.params.settings["quality"],
        )
