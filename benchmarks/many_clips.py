"""Memory and time of `echoweave segment` on a folder of clips, and of the same command again.

Usage: python benchmarks/many_clips.py BUNDLE FOLDER [--clips 10 100]
Draws three phantom patients as people record them (DICOM and AVI) and makes as many clips of them
as are asked for, hard links. The TSV has for each number of clips the peak memory of the command,
its time a clip, and the time a clip of the command given again, which finds everything done.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings

PHANTOM = PhantomSettings(layout="clips", patients=3, frames=(8, 12), seed=7)


def main() -> None:
    """Print the TSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, nargs="+", default=[10, 100])
    options = parser.parse_args()
    folder: Path = options.folder
    if not (folder / "phantom").exists():
        write_phantom(folder / "phantom", PHANTOM)
    rows = []
    for count in options.clips:
        clips, out = folder / f"clips_{count}", folder / f"out_{count}"
        for old in (clips, out):
            shutil.rmtree(old, ignore_errors=True)
        multiply(folder / "phantom/clips", clips, count)
        first, again = (run(options.bundle, clips, out) for _ in range(2))
        rows.append(
            {
                "clips": count,
                "peak_mb": first["peak_mb"],
                "s_a_clip": first["seconds"] / count,
                "again_s_a_clip": again["seconds"] / count,
            }
        )
    pd.DataFrame(rows).to_csv(sys.stdout, sep="\t", index=False, float_format="%.3f")


def multiply(drawn: Path, out: Path, count: int) -> None:
    """Link ``count`` clips, each under a name of its own."""
    out.mkdir()
    for number, clip in enumerate(islice(cycle(sorted(drawn.iterdir())), count)):
        os.link(clip, out / f"clip{number:04d}{clip.suffix}")


def run(bundle: Path, clips: Path, out: Path) -> dict[str, Any]:
    """Return the time and the peak memory of one call of the command on one thread."""
    program = Path(sys.executable).with_name("echoweave")
    arguments = ["segment", clips, "--model", bundle, "--out", out, "--threads", "1"]
    started = time.perf_counter()
    command = [str(part) for part in (program, *arguments)]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"echoweave segment {clips} failed")
    return {"seconds": time.perf_counter() - started, "peak_mb": used.ru_maxrss * 1024 / 1e6}


if __name__ == "__main__":
    main()
