"""`echoweave segment`: clips in, masks, ejection fraction and reports out."""

import argparse
from pathlib import Path
from typing import Any

from echoweave.clips.views import VIEWS
from echoweave.cpu import usable_cpus


def add_segment_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.description = (
        "Segment clips and measure the left ventricle in them: DICOM, AVI, MP4, MOV, MKV, GIF, "
        "NIfTI, MetaImage, a folder of PNGs, folders and zips of any of these. OUT gets a folder "
        "for each clip, index.html and results.csv. Given again, the command goes on where it "
        "stopped."
    )
    add = parser.add_argument
    add("inputs", metavar="INPUT", type=Path, nargs="+", help="a clip, or a folder or zip of clips")
    add("--model", metavar="BUNDLE", type=Path, required=True, help="results/bundles/{arm}")
    add("--out", metavar="DIR", type=Path, required=True, help="folder for what is found")
    add(
        "--spacing",
        metavar=("SY", "SX"),
        type=float,
        nargs=2,
        help="height and width of a pixel in mm, where files do not say it or say it wrongly",
    )
    add("--frame-rate", metavar="HZ", type=float, help="frames a second, likewise")
    add("--view", choices=VIEWS, help="the view that all clips show, likewise")
    add(
        "--fast",
        action="store_true",
        help="use one fold: faster by their number, but less accurate, and how far the folds agree "
        "is not known",
    )
    add("--dicom-seg", action="store_true", help="write masks as DICOM SEG, too")
    add("--threads", metavar="N", type=int, default=usable_cpus(), help="threads to compute with")


def run_segment(options: dict[str, Any]) -> int:
    """Segment the clips and return the exit status: 1 if some could not be read.

    Raises:
        InputError: The model cannot be used, an option is out of range, or OUT cannot be written.
    """
    # What it imports takes a second, which other commands do not have to wait for.
    from echoweave.inference.batch import ClipOptions, segment_clips

    inputs, out = options.pop("inputs"), options.pop("out")
    model, threads = options.pop("model"), options.pop("threads")
    spacing = options.pop("spacing")
    asked = ClipOptions(
        spacing=(spacing[0], spacing[1]) if spacing else None,
        frame_rate_hz=options.pop("frame_rate"),
        **options,
    )
    return segment_clips(inputs, model, out, asked, threads)
