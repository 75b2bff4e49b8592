"""The command ``echoweave``; the pipeline itself is run by ``snakemake``."""

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import NoReturn

from echoweave import __version__
from echoweave.commands.evaluate_pairs import add_evaluate_pairs_options, run_evaluate_pairs
from echoweave.commands.phantom import add_phantom_options, run_phantom
from echoweave.commands.segment import add_segment_options, run_segment
from echoweave.errors import InputError
from echoweave.logs import LOGGER


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage above it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = _build_parser()
    options = vars(parser.parse_args(arguments))
    command = options.pop("command")
    if command is None:
        parser.print_help()
        return 0
    logging.basicConfig(format="%(message)s")
    LOGGER.setLevel(logging.INFO)
    run = {
        "evaluate-pairs": run_evaluate_pairs,
        "phantom": run_phantom,
        "segment": run_segment,
    }[command]
    try:
        return run(options)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="echoweave",
        description="Echocardiograms of which only a few frames are labelled: this command "
        "segments and measures clips with what was learnt, and makes data to try it on. The "
        "pipeline that learns is run by snakemake.",
    )
    parser.add_argument("--version", action="version", version=f"echoweave {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    about = "segment clips of any kind and measure the left ventricle"
    add_segment_options(commands.add_parser("segment", help=about))
    about = "measure displacement fields of pairs of volumes by their labels"
    add_evaluate_pairs_options(commands.add_parser("evaluate-pairs", help=about))
    about = "write a phantom of CAMUS and TED, of EchoNet, or clips of any kind"
    add_phantom_options(commands.add_parser("phantom", help=about))
    return parser
