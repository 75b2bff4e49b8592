"""Put the recordings of the wing's cohort into its cache."""

from collections.abc import Sequence
from pathlib import Path

from echoweave.logs import Progress
from echoweave.mmode.strips.read import read_strip
from echoweave.mmode.strips.recording import StripRecording
from echoweave.mmode.study.store import StoredStrip, store_strip


def store_recordings(
    recordings: Sequence[StripRecording], species: str, outputs: Sequence[Path]
) -> None:
    """Read each recording and write it to its file.

    Args:
        recordings: What to read.
        species: "mouse" or "human".
        outputs: One file each, in the same order.

    Raises:
        InputError: A recording, its mask or its traces cannot be used.
    """
    progress = Progress("strips", len(recordings))
    for done, (one, path) in enumerate(zip(recordings, outputs, strict=True), start=1):
        stored = StoredStrip(
            name=one.name,
            animal=one.animal,
            kind="recorded",
            split=one.split,
            species=species,
            mass_g=one.mass_g,
            strip=read_strip(one),
        )
        store_strip(stored, path)
        progress.update(done)
