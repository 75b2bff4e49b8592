"""Look at the motion itself: frames warped onto ED, and how the fields change areas."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from echoweave.cpu import use_cpu
from echoweave.geometry.sector import sector_mask
from echoweave.geometry.warp import compose, jacobian_determinant, warp
from echoweave.io.cache import EchoSequence, read_sequence
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.registry import make_estimator
from echoweave.pseudolabels.files import aligned_path

# Column -> quantile of det J over the pixels of the sector.
QUANTILES = {
    "det_min": 0.0,
    "det_p01": 0.01,
    "det_q1": 0.25,
    "det_median": 0.5,
    "det_q3": 0.75,
    "det_p99": 0.99,
    "det_max": 1.0,
}
COLUMNS = ("sequence", "direction", "fixed", "moving", *QUANTILES, "folded")

FrameNumbers = list[tuple[int, int]]


def write_aligned(
    estimator: str,
    sequences: Sequence[str],
    caches: Sequence[Path],
    directory: Path,
    jacobian: Path,
    checkpoint: Path | None,
    settings: Mapping[str, Any],
    threads: int,
) -> None:
    """Write what the registration report shows of the motion in some sequences.

    The fields are those of successive frames, whatever the propagation.

    Args:
        estimator: A name of ``pseudolabels.estimators``.
        sequences: Their names.
        caches: Cache files of their patients.
        directory: Gets the files of :func:`~echoweave.pseudolabels.files.aligned_path`: the frames
            from ED to ES, each warped onto ED.
        jacobian: Gets the table of :func:`jacobian_rows`.
        checkpoint: Weights of the estimator if it is a network.
        settings: What the estimator depends on, see :class:`registry.Entry`.
        threads: Threads on the CPU.

    Raises:
        InputError: Unknown estimator, unusable cache or checkpoint.
    """
    use_cpu(threads)
    motion = make_estimator(estimator, checkpoint, settings)
    rows = [pd.DataFrame(columns=list(COLUMNS))]
    files = {path.stem: path for path in caches}
    progress = Progress(f"motion by {estimator}, sequences", len(sequences))
    for done, name in enumerate(sequences, start=1):
        patient, _, view = name.rpartition("_")
        clip = read_sequence(files[patient], view)
        sector = sector_mask(clip.frames)
        found = successive_fields(clip, motion)
        rows += [jacobian_rows(name, key, *steps, sector) for key, steps in found.items()]
        # What carries labels backward has the frame nearer to ED fixed.
        aligned = warp_to_ed(clip, found["backward"][1])
        write_sequence(aligned_path(directory, name), aligned, clip.spacing)
        progress.update(done)
    write_tsv(pd.concat(rows), jacobian)


def successive_fields(
    clip: EchoSequence, motion: Estimator
) -> dict[str, tuple[FrameNumbers, NDArray[np.float32]]]:
    """Return the pairs of successive frames from ED to ES and their fields, sorted by time.

    ``forward`` are those that carry labels forward, (fixed, moving) = (t + 1, t), and ``backward``
    (t, t + 1); the fields are float32 [es - ed, 2, Y, X].
    """
    times = range(clip.ed, clip.es)
    forward, backward = [(t + 1, t) for t in times], [(t, t + 1) for t in times]
    fields = motion.fields(clip.frames, [*forward, *backward])
    return {
        "forward": (forward, fields[: len(times)]),
        "backward": (backward, fields[len(times) :]),
    }


def warp_to_ed(clip: EchoSequence, fields: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the frames from ED to ES, each warped onto ED.

    Args:
        clip: The sequence.
        fields: float32 [es - ed, 2, Y, X], fixed frame ``t`` and moving frame ``t + 1``, by time.

    Returns:
        uint8 [es - ed + 1, Y, X]; the first one is the ED frame itself.
    """
    frames = clip.frames[clip.ed : clip.es + 1].copy()
    from_ed = torch.zeros(1, *fields.shape[1:])
    for frame, field in zip(frames[1:], torch.from_numpy(fields), strict=True):
        from_ed = compose(from_ed, field[None])
        image = torch.from_numpy(frame)[None, None].float()
        frame[:] = warp(image, from_ed)[0, 0].round().numpy()
    return frames


def jacobian_rows(
    sequence: str,
    direction: str,
    pairs: Sequence[tuple[int, int]],
    fields: NDArray[np.float32],
    sector: NDArray[np.bool_],
) -> pd.DataFrame:
    """Return one row a pair of frames with ``COLUMNS``; frames count from 0.

    ``det_*`` are quantiles of det J over the pixels of the sector, 1 where an area keeps its size;
    ``folded`` is the share of those pixels with det J <= 0.

    Args:
        sequence: Its name.
        direction: ``forward`` or ``backward``, which way the fields carry labels.
        pairs: (fixed, moving) frames.
        fields: float32 [len(pairs), 2, Y, X].
        sector: bool [Y, X].
    """
    rows = []
    for (fixed, moving), field in zip(pairs, fields, strict=True):
        inside = jacobian_determinant(torch.from_numpy(field)[None])[0].numpy()[sector]
        values = np.quantile(inside, list(QUANTILES.values()))
        rows.append([sequence, direction, fixed, moving, *values, (inside <= 0).mean()])
    return pd.DataFrame(rows, columns=list(COLUMNS))
