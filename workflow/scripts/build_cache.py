"""Write the cache files of some patients."""

from pathlib import Path

from echoweave.cache.build import build_cache
from echoweave.io.buckets import whole_bucket
from echoweave.logs import log_to

if __name__ == "__main__":
    with (
        log_to(Path(snakemake.log[0])),
        whole_bucket(Path(snakemake.output.caches[0]), snakemake.params.files) as files,
    ):
        build_cache(
            sources=snakemake.params.sources,
            ted_pairs=Path(snakemake.input.pairs) if snakemake.input.pairs else None,
            ted_root=snakemake.params.ted_root,
            label_values=snakemake.params.label_values,
            size=snakemake.params.data["size"],
            outputs=files,
            checksums=Path(snakemake.output.checksums),
            whole_clips=snakemake.params.whole_clips,
        )
