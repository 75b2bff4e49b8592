"""`echoweave segment`: clips or M-mode strips in, masks, function and reports out."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from echoweave.clips.views import VIEWS
from echoweave.cpu import usable_cpus
from echoweave.errors import InputError, Problem


def add_segment_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.description = (
        "Segment clips and measure the left ventricle in them: DICOM, AVI, MP4, MOV, MKV, GIF, "
        "NIfTI, MetaImage, a folder of PNGs, folders and zips of these. With --mode m, M-mode "
        "strips: DICOM, PNG, JPEG, folders of these. OUT gets a folder for each, "
        "index.html and results.csv. Given again, the command goes on where it stopped."
    )
    add = parser.add_argument
    add("inputs", metavar="INPUT", type=Path, nargs="+", help="a clip, or a folder or zip of clips")
    add("--mode", choices=("b", "m"), default="b", help="b: clips (the default); m: M-mode strips")
    model = "results/bundles/{arm}; for --mode m results/mmode/bundles/{network}"
    add("--model", metavar="BUNDLE", type=Path, required=True, help=model)
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
    _add_strip_options(parser.add_argument_group("--mode m"))
    add("--threads", metavar="N", type=int, default=usable_cpus(), help="threads to compute with")


def _add_strip_options(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--mm-per-px", metavar="MM", type=float, help="depth of a pixel, where files do not say it")
    add("--ms-per-px", metavar="MS", type=float, help="time of a pixel, likewise")
    species = "whose hearts these are, if others than the bundle's (volumes in uL or mL)"
    add("--species", choices=("mouse", "human"), help=species)
    mass = "body mass of the animals: how large the windows are that are judged"
    add("--mass-g", metavar="G", type=float, help=mass)


def run_segment(options: dict[str, Any]) -> int:
    """Segment the clips or strips and return the exit status: 1 if some could not be read.

    Raises:
        InputError: The model cannot be used, an option is out of range or of the other mode, or
            OUT cannot be written.
    """
    mode = options.pop("mode")
    _refuse_others(options, _OF_CLIPS if mode == "m" else _OF_STRIPS, mode)
    kept = {name: options.pop(name) for name in ("inputs", "model", "out", "threads")}
    own = {name: options[name] for name in (_OF_STRIPS if mode == "m" else _OF_CLIPS)}
    return _segment_strips(own, **kept) if mode == "m" else _segment_clips(own, **kept)


_OF_CLIPS = ("spacing", "frame_rate", "view", "fast", "dicom_seg")
_OF_STRIPS = ("mm_per_px", "ms_per_px", "species", "mass_g")


def _refuse_others(options: dict[str, Any], others: Sequence[str], mode: str) -> None:
    problems = [
        Problem(
            "echoweave segment",
            f"--{name.replace('_', '-')}",
            f"it says nothing of {'strips' if mode == 'm' else 'clips'} (--mode {mode})",
            "leave it out, or give the other --mode",
        )
        for name in others
        # 0 was given, too, and is out of range in either mode.
        if options[name] is not None and options[name] is not False
    ]
    if problems:
        raise InputError(problems)


def _segment_clips(own: dict[str, Any], inputs: list[Path], **kept: Any) -> int:
    # What it imports takes a second, which other commands do not have to wait for.
    from echoweave.inference.batch import ClipOptions, segment_clips

    spacing = own.pop("spacing")
    asked = ClipOptions(
        spacing=(spacing[0], spacing[1]) if spacing else None,
        frame_rate_hz=own.pop("frame_rate"),
        **own,
    )
    return segment_clips(inputs, options=asked, **kept)


def _segment_strips(own: dict[str, Any], inputs: list[Path], **kept: Any) -> int:
    from echoweave.mmode.batch import StripOptions, segment_strips

    return segment_strips(inputs, options=StripOptions(**own), **kept)
