"""EchoNet: ingest, cache, reading of clips, and dry runs of as many clips as the release has.

Phantom clips of 112 x 112 pixels, 80 frames each, go into a cache of the same size by one process:
videos and rows are read and checked, and each clip is written whole and from ED to ES. Memory is
the peak of a process that checks and caches 20 or 200 clips, hard links to ten: no more with more
of them. Then whole clips, 32 frames in a row and single frames at random places are read from the
cache, whose file is opened anew each time. The plain way is that of published loaders: OpenCV
decodes the whole video anew for each. Both give uint8.

The dry runs are those of config.yaml for 10,030 clips, with both tables in full (421,260 rows of
tracings) and tiny videos, each with its number in its pixels; see the first section for what is
compared. The first dry run reads every video, so it grows with their size.

Usage: python benchmarks/echonet.py
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import av
import cv2
import h5py
import numpy as np
from numpy.typing import NDArray
from side_by_side import alternate, compared, keep, seconds
from workflow import Tree, measure, pretend

from echoweave.cache.build import build_cache
from echoweave.datasets.echonet import ECHONET, LISTED_COLUMNS, find_echonet
from echoweave.datasets.source import Source
from echoweave.datasets.traced_frames import TRACED_COLUMNS
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings

CLIPS, FRAMES, SIZE, WINDOW = 10, 80, 112, 32
RELEASE = 10_030
READS, PAIRS = 20, 5
MEMORY = (20, 200)
# Width and height of the boxes that are traced in the tiny videos of 32 x 32 pixels.
_BOXES = {0: (16, 20), 3: (12, 16)}
_ROW = 5


def checked(root: Path) -> list[Source]:
    """Read and check every clip of a tree, one after the other."""
    sources = []
    for one in find_echonet({"root": root}, {}).found:
        report = one.files.inspect()
        assert report.facts is not None, report.problems
        sources.append(Source(one.patient, one.view, one.split, one.files, report.facts))
    return sources


def cached(sources: list[Source], folder: Path) -> None:
    """Write the cache of these clips."""
    outputs = [folder / f"{source.patient}.h5" for source in sources]
    values, sums = ECHONET.label_values, folder / "checksums.tsv"
    build_cache(sources, None, Path(), values, SIZE, outputs, sums, whole_clips=True)


def ingest_rows(root: Path, sources: list[Source], folder: Path) -> list[dict[str, str]]:
    """Say how long checking and caching take, and how large the cache is."""
    folder.mkdir()
    took = {
        "check": _median(lambda: checked(root)),
        "cache": _median(lambda: cached(sources, folder)),
    }
    sizes = [(folder / f"{source.patient}.h5").stat().st_size for source in sources]
    videos = [source.files.sequence.stat().st_size for source in sources]
    rows = [
        {"what": "read and check", "figure": f"{seconds(took['check'] / CLIPS)} a clip"},
        {"what": "cache", "figure": f"{seconds(took['cache'] / CLIPS)} a clip"},
        {"what": "size of the cache", "figure": f"{statistics.mean(sizes) / 1e6:.2f} MB a clip"},
        {"what": "size of the video", "figure": f"{statistics.mean(videos) / 1e6:.2f} MB a clip"},
    ]
    for count in MEMORY:
        rows.append({"what": f"memory, {count} clips", "figure": f"{_peak(root, count):.0f} MB"})
    return rows


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(PAIRS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _peak(root: Path, count: int) -> float:
    """Return the peak memory in MB of a fresh process that checks and caches ``count`` clips."""
    with tempfile.TemporaryDirectory(dir=root.parent) as scratch:
        copies = Path(scratch)
        _multiply(root, copies / "echonet", count)
        with get_context("spawn").Pool(1) as pool:
            return pool.apply(_ingest, (copies,))


def _multiply(root: Path, out: Path, count: int) -> None:
    """Write a tree of ``count`` clips that are links to those of ``root``."""
    (out / "Videos").mkdir(parents=True)
    originals = sorted((root / "Videos").iterdir())
    lines = {name: (root / name).read_text().splitlines() for name in _TABLES}
    texts = {name: [lines[name][0]] for name in _TABLES}
    for number in range(count):
        video = originals[number % len(originals)]
        name = f"{video.stem}-{number}"
        os.link(video, out / f"Videos/{name}.avi")
        for table, rows in texts.items():
            own = (line for line in lines[table] if line.startswith(video.stem))
            rows += [line.replace(video.stem, name) for line in own]
    for table, rows in texts.items():
        (out / table).write_text("\n".join(rows) + "\n")


_TABLES = ("FileList.csv", "VolumeTracings.csv")


def _ingest(folder: Path) -> float:
    sources = checked(folder / "echonet")
    (folder / "cache").mkdir()
    cached(sources, folder / "cache")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def reading_row(
    sources: list[Source], folder: Path, what: str, length: int, target: float
) -> dict[str, str]:
    """Compare reading ``length`` frames of random clips from the cache with decoding anew."""
    generator = np.random.default_rng(1)
    picks = [
        (sources[which], slice(first, first + length))
        for which, first in zip(
            generator.integers(len(sources), size=READS),
            generator.integers(FRAMES - length + 1, size=READS),
            strict=True,
        )
    ]
    for source, window in picks[:3]:
        off = _stored(folder, source, window).astype(int) - _decoded(source)[window]
        # OpenCV goes by way of colours.
        assert np.abs(off).max() <= 2
    pairs = alternate(
        lambda: [_decoded(source)[window] for source, window in picks],
        lambda: [_stored(folder, source, window) for source, window in picks],
        PAIRS,
        (READS, READS),
    )
    return compared(what, pairs, "each", target)


def _stored(folder: Path, source: Source, window: slice) -> NDArray[np.uint8]:
    with h5py.File(folder / f"{source.patient}.h5", "r", locking=False) as file:
        frames: NDArray[np.uint8] = file["4CH/cycle/frames"][window]
    return frames


def _decoded(source: Source) -> NDArray[np.uint8]:
    capture, found = cv2.VideoCapture(str(source.files.sequence)), []
    while True:
        more, frame = capture.read()
        if not more:
            return np.stack(found)
        found.append(frame[..., 1])


def simulate(out: Path, clips: int) -> None:
    """Write a release of tiny, different, uncompressed videos and tables of the usual length."""
    (out / "Videos").mkdir(parents=True)
    frames = np.full((4, 32, 32, 3), 40, np.uint8)
    frames[:, ::2] = 90
    pattern = np.arange(96, dtype=np.uint8).reshape(32, 3)
    frames[:, _ROW] = pattern
    video = _uncompressed(out / "video.avi", frames)
    assert video.count(pattern.tobytes()) == len(frames)
    listed, traced = [",".join(LISTED_COLUMNS)], [",".join(TRACED_COLUMNS)]
    rows = [row for frame, box in _BOXES.items() for row in _tracing(frame, *box)]
    for number in range(clips):
        name = f"0X{number:016X}"
        # Each byte three times: grey.
        mark = bytes(digit for digit in number.to_bytes(4, "little") for _ in range(3))
        marked = video.replace(pattern.tobytes(), mark + pattern.tobytes()[len(mark) :])
        (out / f"Videos/{name}.avi").write_bytes(marked)
        split = ("TEST", "VAL")[number % 8] if number % 8 < 2 else "TRAIN"
        listed.append(f"{name},55,45,100,32,32,50,4,{split}")
        traced += [f"{name}.avi,{row}" for row in rows]
    for table, lines in zip(_TABLES, (listed, traced), strict=True):
        (out / table).write_text("\n".join(lines) + "\n")


def _uncompressed(path: Path, frames: NDArray[np.uint8]) -> bytes:
    with av.open(str(path), "w", format="avi") as container:
        stream: Any = container.add_stream("rawvideo", rate=50)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "bgr24"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
    content = path.read_bytes()
    path.unlink()
    return content


def _tracing(frame: int, width: int, height: int) -> list[str]:
    """Return the rows of a box, with as many decimals as those of the release have."""
    rows = [(16, 4, 16, 4 + height)]
    for at in (np.arange(20) + 0.5) / 20 * height + 4:
        rows.append((16 - width / 2, at, 16 + width / 2, at))
    return [f"{','.join(f'{value:.8f}' for value in row)},{frame}" for row in rows]


def dry_run_rows(folder: Path) -> list[dict[str, str]]:
    """Time dry runs of the whole release, before and after everything is made."""
    simulate(folder / "release", RELEASE)
    data = {"dataset": "echonet", "echonet": {"root": str(folder / "release")}, "size": SIZE}
    settings = {"data": data, "folds": "published"}
    tree = Tree(RELEASE, ("4CH",), limit=40)
    rows = [measure(settings, folder / "project", tree, "none")]
    print(rows[-1], flush=True)
    pretend(folder / "project", tree)
    return [*rows, measure(settings, folder / "project", tree, "all made")]


def main() -> None:
    """Measure and keep the tables."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        settings = PhantomSettings("echonet", CLIPS, 0, frames=(FRAMES, FRAMES))
        write_phantom(folder / "phantom", settings)
        root = folder / "phantom/echonet"
        sources = checked(root)
        keep("echonet_ingest", ingest_rows(root, sources, folder / "cache"))
        wanted = (("a whole clip", FRAMES, 1), ("32 frames", WINDOW, 2), ("a frame", 1, 10))
        keep("echonet_reading", [reading_row(sources, folder / "cache", *one) for one in wanted])
        keep("echonet_dry_runs", dry_run_rows(folder))


if __name__ == "__main__":
    main()
