"""Both directions solved together against the refinement of each direction.

One phantom sequence in a cache of 256 x 256 pixels, all fields from ED to ES and back. The plain
form is the default before (benchmarks/refinement.py), which fits each direction by itself; ours is
the estimator of pseudolabels.use. How much both are worth is in docs/pseudolabels.md.

Usage: python benchmarks/joint.py [--pairs N]
"""

import argparse
import tempfile
from pathlib import Path

import yaml
from pseudolabels import CONFIG, one_view_each, phantom
from real_clips import build
from side_by_side import alternate, compared, keep

from echoweave.cpu import use_cpu
from echoweave.pseudolabels.propagate import frame_pairs

SEED = 1


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=3)
    given = parser.parse_args()
    use_cpu(1)
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    plain, ours = (build(name, config, {}) for name in ("refinement", "default"))
    with tempfile.TemporaryDirectory() as scratch:
        (clip,) = one_view_each(phantom(Path(scratch), 1, SEED))
    pairs = [
        pair
        for reference in (clip.ed, clip.es)
        for pair in frame_pairs(len(clip.frames), reference, "composed")
    ]
    times = alternate(
        lambda: plain.fields(clip.frames, pairs),
        lambda: ours.fields(clip.frames, pairs),
        given.pairs,
    )
    what = f"fields of both directions, {len(clip.frames)} frames, one core"
    keep("joint", [compared(what, times, "a sequence", 3)])


if __name__ == "__main__":
    main()
