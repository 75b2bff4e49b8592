"""Measure the test strips of a study with a bundle, as a user's strips are measured."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from echoweave.inference.many import InputIdentity
from echoweave.io.checksums import sha256
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.mmode.analyse import analyse_strip
from echoweave.mmode.bundle import read_mmode_bundle
from echoweave.mmode.outputs.folder import write_strip_folder
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.study.comparison import strip_row
from echoweave.mmode.study.store import load_strip


def measure_stored_strips(
    strips: Sequence[Path],
    bundle: Path,
    network: str,
    folder: Path,
    recordings: Path,
    beats: Path,
    threads: int,
) -> None:
    """Measure every strip and write its folder, and the tables of them.

    Args:
        strips: Files of the wing's cache.
        bundle: The bundle.
        network: Its name in the tables.
        folder: Gets a folder a strip.
        recordings: TSV, a row a strip, see :func:`strip_row`.
        beats: TSV, a row a beat.
        threads: Threads to run the networks with.

    Raises:
        InputError: A strip or the bundle cannot be read.
    """
    segmenter = MModeSegmenter(read_mmode_bundle(bundle), threads)
    progress = Progress(f"{network}, strips", len(strips))
    rows, tables = [], []
    for done, path in enumerate(strips, start=1):
        stored = load_strip(path)
        identity = InputIdentity(stored.name, sha256(path), "")
        analysis = analyse_strip(
            stored.strip,
            identity,
            stored.species,
            segmenter,
            stored.mass_g,
            # Nobody has judged virtual strips.
            judge=stored.kind == "recorded",
        )
        write_strip_folder(analysis, folder / stored.name)
        row = strip_row(stored, analysis, network)
        rows.append(row)
        keys = {name: row[name] for name in ("network", "kind", "recording", "animal")}
        tables.append(analysis.function.beats.assign(**keys))
        progress.update(done)
    write_tsv(pd.DataFrame(rows), recordings)
    write_tsv(pd.concat(tables), beats)
