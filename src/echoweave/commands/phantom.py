"""`echoweave phantom`: data to try everything on."""

import argparse
import sys
from pathlib import Path
from typing import Any

from echoweave.phantom.artefacts import PLAIN, Artefacts
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import LAYOUTS, SPECIES_NAMES, PhantomSettings

_ARTEFACTS = ("rim", "haze_db", "dropout_db", "out_of_plane", "jpeg")


def run_phantom(options: dict[str, Any]) -> int:
    """Write the phantom and return the exit status.

    Raises:
        InputError: An option is out of range, or the folder is there already.
    """
    out = options.pop("out")
    try:
        write_phantom(out, _phantom_settings(options))
    except OSError as error:
        print(f"{out}: cannot be written ({error}); give another folder", file=sys.stderr)
        return 2
    return 0


def add_phantom_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    default = PhantomSettings()
    parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    parser.description = (
        "Write a phantom data set: OUT/camus and OUT/ted, OUT/echonet, OUT/clips, OUT/mmode, or "
        "OUT/learn2reg and further cohorts of abdominal CT; and OUT/truth with a mask of every "
        "frame, the diameter in every column, or the field of every validation pair."
    )
    add = parser.add_argument
    add("out", metavar="OUT", type=Path, help="new folder")
    add(
        "--layout",
        choices=LAYOUTS,
        default=default.layout,
        help="release of CAMUS, EchoNet, clips of whole beats as DICOM and AVI, M-mode as PNG "
        "and DICOM, or pairs of volumes for registration",
    )
    add(
        "--species",
        choices=SPECIES_NAMES,
        default=default.species,
        help="whose hearts M-mode shows; two recordings of each",
    )
    add("--patients", type=int, default=default.patients, help="training patients")
    add(
        "--test-patients",
        type=int,
        default=default.test_patients,
        help="test patients; of clips none; of Learn2Reg those of its validation pairs",
    )
    add("--others", type=int, default=default.others, help="cases of each further CT cohort")
    add("--ted", type=int, default=default.ted, help="training patients that are also in TED")
    add(
        "--beats",
        type=int,
        default=default.beats,
        help="beats of every third TED clip; the others: 1",
    )
    add(
        "--size",
        type=int,
        nargs="+",
        metavar="N",
        default=default.size,
        help="rows and columns of an image of usual depth (None: 200 160, of EchoNet 112 112, of "
        "M-mode 128 1536); CAMUS itself: 945 584; of Learn2Reg voxels along x, y and z (None: 48 "
        "40 64; itself: 192 160 256)",
    )
    add(
        "--frame-rate",
        type=float,
        nargs=2,
        metavar=("MIN", "MAX"),
        default=default.frame_rate,
        help="lowest and highest frame rate, Hz; frames from ED to ES follow",
    )
    add(
        "--frames",
        type=int,
        nargs=2,
        metavar=("MIN", "MAX"),
        help="fewest and most frames from ED to ES, of EchoNet of a clip of beats; the frame rate "
        "follows (None: with --plain 8 12, of EchoNet 60 200 at the frame rate)",
    )
    add("--seed", type=int, default=default.seed, help="the same seed gives the same files")
    add(
        "--diastoles",
        action="store_true",
        help="clips with ES first show the filling after ES; without: the turned contraction",
    )
    add("--hide-test-labels", action="store_true", help="test patients without masks and volumes")
    _add_artefacts(parser.add_argument_group("pictures"))


def _add_artefacts(group: argparse._ArgumentGroup) -> None:
    default, add = Artefacts(), group.add_argument
    add(
        "--plain",
        action="store_true",
        help="clean pictures of a plain heart: nothing below counts, it beats as a cosine, and "
        "masks end at the sector",
    )
    add(
        "--rim",
        type=float,
        default=default.rim,
        help="width of the still rim, as a share of the sector's width; 0: none",
    )
    add(
        "--haze-db",
        type=float,
        default=default.haze_db,
        help="still haze at its brightest, in decibels over the myocardium; -60: none",
    )
    add(
        "--dropout-db",
        type=float,
        default=default.dropout_db,
        help="largest loss of signal at the lateral wall; 0: none",
    )
    add(
        "--out-of-plane",
        type=float,
        default=default.out_of_plane,
        help="slices that the heart moves through from ED to ES, each with other speckle",
    )
    add("--jpeg", type=int, default=default.jpeg, help="quality of JPEG, 1 to 100; 0: none")


def _phantom_settings(options: dict[str, Any]) -> PhantomSettings:
    """Return what the parsed options ask for.

    Raises:
        InputError: An option is out of range.
    """
    plain = options.pop("plain")
    shown = {name: options.pop(name) for name in _ARTEFACTS}
    for name in ("size", "frame_rate", "frames"):
        options[name] = options[name] and tuple(options[name])
    return PhantomSettings(**options, artefacts=PLAIN if plain else Artefacts(**shown))
