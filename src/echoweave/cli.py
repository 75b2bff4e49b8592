"""The command ``echoweave``; the pipeline itself is run by ``snakemake``."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from echoweave import __version__
from echoweave.errors import InputError
from echoweave.logs import LOGGER
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import LAYOUTS, Settings


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage above it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = _build_parser()
    options = vars(parser.parse_args(arguments))
    if options.pop("command") is None:
        parser.print_help()
        return 0
    out = options.pop("out")
    logging.basicConfig(format="%(message)s")
    LOGGER.setLevel(logging.INFO)
    try:
        options |= {name: tuple(options[name]) for name in ("size", "frames")}
        write_phantom(out, Settings(**options))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{out}: cannot be written ({error}); give another folder", file=sys.stderr)
        return 2
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="echoweave",
        description="Temporally consistent echocardiogram segmentation. "
        "The pipeline is run by snakemake; this command makes data to try it on.",
    )
    parser.add_argument("--version", action="version", version=f"echoweave {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_phantom(commands.add_parser("phantom", help="write a phantom of CAMUS and TED"))
    return parser


def _add_phantom(parser: argparse.ArgumentParser) -> None:
    default = Settings()
    parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    parser.description = (
        "Write a phantom data set: OUT/camus, OUT/ted, and OUT/truth with a mask of every frame."
    )
    add = parser.add_argument
    add("out", metavar="OUT", type=Path, help="new folder")
    add("--layout", choices=LAYOUTS, default=default.layout, help="release of CAMUS to write")
    add("--patients", type=int, default=default.patients, help="training patients")
    add("--test-patients", type=int, default=default.test_patients, help="test patients")
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
        nargs=2,
        metavar=("Y", "X"),
        default=default.size,
        help="rows and columns of an image of usual depth; CAMUS itself: 945 584",
    )
    add(
        "--frames",
        type=int,
        nargs=2,
        metavar=("MIN", "MAX"),
        default=default.frames,
        help="fewest and most frames from ED to ES",
    )
    add("--seed", type=int, default=default.seed, help="the same seed gives the same files")
    add(
        "--diastoles",
        action="store_true",
        help="clips with ES first show the filling after ES; without: the turned contraction",
    )
    add("--hide-test-labels", action="store_true", help="test patients without masks and volumes")
