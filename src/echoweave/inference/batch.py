"""Many clips, one after the other: what goes wrong with one does not stop the others."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from echoweave.bundles.bundle import Bundle, read_bundle
from echoweave.bundles.segmenter import Segmenter
from echoweave.clips.clip import EchoClip
from echoweave.clips.files import ClipFile
from echoweave.clips.listing import list_clips
from echoweave.clips.naming import clip_digest, clip_name
from echoweave.clips.read import check_options, read_clip
from echoweave.errors import InputError
from echoweave.inference.analyse import analyse_clip
from echoweave.inference.many import (
    Batch,
    InputIdentity,
    check_folder,
    check_threads,
    finished_summary,
    request_digest,
)
from echoweave.inference.pairs import measure_pair
from echoweave.logs import LOGGER
from echoweave.outputs.folder import write_clip
from echoweave.outputs.index import write_index
from echoweave.outputs.names import SUMMARY
from echoweave.outputs.summary import Summary, load_summary, summarise_pair
from echoweave.outputs.terminal import describe_numbers


@dataclass(frozen=True)
class ClipOptions:
    """What a user says of all clips of a run.

    Attributes:
        spacing: (sy, sx) in mm; None: as the files say, likewise below.
        frame_rate_hz: Frames a second.
        view: "2CH" or "4CH".
        fast: Whether one fold is enough.
        dicom_seg: Whether masks are written as DICOM SEG, too.
    """

    spacing: tuple[float, float] | None = None
    frame_rate_hz: float | None = None
    view: str | None = None
    fast: bool = False
    dicom_seg: bool = False


def segment_clips(
    inputs: Sequence[Path], model: Path, out: Path, options: ClipOptions, threads: int
) -> int:
    """Segment and measure every clip of ``inputs``; ``out`` gets a folder each, and an index.

    A clip whose outputs follow from the same file, model and options is not done again.

    Args:
        inputs: Files, folders and zips.
        model: The bundle.
        out: The folder.
        options: What is known of the clips, and what is asked for.
        threads: Threads to run the networks with.

    Returns:
        The exit status: 0, or 1 if a clip could not be read.

    Raises:
        InputError: The model cannot be used, an option is out of range, or nothing can be written.
    """
    check_options(options.spacing, options.frame_rate_hz, options.view)
    check_threads(threads)
    bundle = read_bundle(model)
    check_folder(out)
    run = _Run(bundle, out, options, threads)
    listing = list_clips(inputs, out)
    run.refuse(*listing.problems)
    run.go_through("clips", listing.clips, run.segment)
    run.finish()
    return run.status


class _Run(Batch):
    """One call of the command: the model is loaded once, and once only if a clip needs it."""

    def __init__(self, bundle: Bundle, out: Path, options: ClipOptions, threads: int) -> None:
        super().__init__(out)
        self.bundle, self.options, self.threads = bundle, options, threads
        self._segmenter: Segmenter | None = None
        self._views: dict[str, dict[str, str]] = {}

    def segment(self, file: ClipFile) -> None:
        """Do one clip, or find it done."""
        try:
            clip = read_clip(
                file, self.options.spacing, self.options.frame_rate_hz, self.options.view
            )
            name = clip_name(file, clip.secrets, self.summaries)
            digest = clip_digest(file)
        except InputError as error:
            self.refuse(*error.problems)
            return
        request = request_digest(digest, self.bundle.digest, asdict(self.options))
        identity = InputIdentity(name, digest, request)
        summary = finished_summary(self.out / name, request) or self._analyse(clip, identity)
        self.summaries[name] = summary
        if clip.patient:
            self._views.setdefault(clip.patient, {})[summary["view"]] = name

    def finish(self) -> None:
        """Measure the views that belong together, and write the index."""
        pairs = []
        for views in self._views.values():
            if views.keys() >= {"2CH", "4CH"}:
                names = views["2CH"], views["4CH"]
                summaries = [self.summaries[name] for name in names]
                folders = [self.out / name for name in names]
                pair = measure_pair(summaries, folders, self.bundle, self.options.fast)
                pairs.append(summarise_pair(pair, summaries[0]))
                LOGGER.info("%s", describe_numbers(pairs[-1]))
        write_index([*self.summaries.values()], pairs, self.problems, self.out)

    def _analyse(self, clip: EchoClip, identity: InputIdentity) -> Summary:
        if self._segmenter is None:
            folds = range(1 if self.options.fast else self.bundle.folds)
            self._segmenter = Segmenter(self.bundle, folds, self.threads)
        analysis = analyse_clip(clip, identity, self._segmenter)
        folder = self.out / identity.name
        write_clip(analysis, folder, self.options.dicom_seg)
        summary = load_summary(folder / SUMMARY)
        LOGGER.info("%s", describe_numbers(summary))
        return summary
