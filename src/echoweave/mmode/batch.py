"""Many strips, one after the other: what goes wrong with one does not stop the others."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from echoweave.clips.files import ClipFile
from echoweave.clips.naming import clip_name
from echoweave.errors import InputError
from echoweave.inference.many import (
    Batch,
    InputIdentity,
    check_folder,
    check_threads,
    finished_summary,
    request_digest,
)
from echoweave.io.checksums import sha256
from echoweave.logs import LOGGER
from echoweave.mmode.analyse import analyse_strip
from echoweave.mmode.bundle import MModeBundle, read_mmode_bundle
from echoweave.mmode.outputs.animals import write_animals
from echoweave.mmode.outputs.folder import write_strip_folder
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.strips.listing import list_strips
from echoweave.mmode.strips.read import read_strip_file
from echoweave.mmode.strips.scale import check_told
from echoweave.outputs.index import write_strip_index
from echoweave.outputs.names import SUMMARY
from echoweave.outputs.summary import load_summary
from echoweave.outputs.terminal import describe_numbers


@dataclass(frozen=True)
class StripOptions:
    """What a user says of all strips of a run.

    Attributes:
        mm_per_px: Depth of a pixel; None: as the files say, likewise below.
        ms_per_px: Time of a pixel.
        species: "mouse" or "human"; None: as the bundle says.
        mass_g: Of the animals: how large the windows are that are judged.
    """

    mm_per_px: float | None = None
    ms_per_px: float | None = None
    species: str | None = None
    mass_g: float | None = None


def segment_strips(
    inputs: Sequence[Path], model: Path, out: Path, options: StripOptions, threads: int
) -> int:
    """Measure every strip of ``inputs``; ``out`` gets a folder each, and an index.

    A strip whose outputs follow from the same file, model and options is not done again.

    Args:
        inputs: Files and folders.
        model: The bundle.
        out: The folder.
        options: What is known of the strips.
        threads: Threads to run the networks with.

    Returns:
        The exit status: 0, or 1 if a strip could not be read.

    Raises:
        InputError: The model cannot be used, an option is out of range, or nothing can be written.
    """
    check_told(options.mm_per_px, options.ms_per_px, options.mass_g)
    check_threads(threads)
    bundle = read_mmode_bundle(model)
    check_folder(out)
    run = _Run(bundle, out, options, threads)
    files, problems = list_strips(inputs, out)
    run.refuse(*problems)
    run.go_through("strips", files, run.measure)
    write_strip_index(list(run.summaries.values()), run.problems, out)
    write_animals(list(run.summaries.values()), out)
    return run.status


class _Run(Batch):
    """One call of the command: the model is loaded once, and only if a strip needs it."""

    def __init__(self, bundle: MModeBundle, out: Path, options: StripOptions, threads: int) -> None:
        super().__init__(out)
        self.bundle, self.options, self.threads = bundle, options, threads
        self._segmenter: MModeSegmenter | None = None

    def measure(self, file: Path) -> None:
        """Do one strip, or find it done."""
        try:
            strip = read_strip_file(file, self.options.mm_per_px, self.options.ms_per_px)
        except InputError as error:
            self.refuse(*error.problems)
            return
        name = clip_name(ClipFile(file), strip.secrets, self.summaries)
        digest = sha256(file)
        request = request_digest(digest, self.bundle.digest, asdict(self.options))
        summary = finished_summary(self.out / name, request)
        if summary is None:
            species = self.options.species or self.bundle.species
            identity = InputIdentity(name, digest, request)
            self._segmenter = self._segmenter or MModeSegmenter(self.bundle, self.threads)
            write_strip_folder(
                analyse_strip(strip, identity, species, self._segmenter, self.options.mass_g),
                self.out / name,
            )
            summary = load_summary(self.out / name / SUMMARY)
            LOGGER.info("%s", describe_numbers(summary))
        self.summaries[name] = summary
