"""Readers of M-mode, fed damaged files: a sound strip, mask or cohort, or an InputError.

Seeded and short here. A campaign: FUZZ_EXAMPLES=20000 python -m pytest tests/fuzz/test_mmode.py
"""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from echoweave.errors import InputError
from echoweave.mmode.strip import LUMEN, OUTSIDE, UNKNOWN
from echoweave.mmode.strips.cohort import load_mmode_cohort
from echoweave.mmode.strips.pictures import read_mask_picture
from echoweave.mmode.strips.quality_regions import read_quality_regions
from echoweave.mmode.strips.read import read_strip_file
from echoweave.mmode.strips.traces import mask_from_traces
from tests.fuzz.mutations import Strategy, damaged, either
from tests.fuzz.test_readers import fuzzed
from tests.mmode.strips.samples import (
    ROWS,
    TABLE,
    TRACES,
    beating_strip,
    sample_mask,
    scrolled,
    write_mmode,
    write_png,
)

FRAMES = scrolled(beating_strip(120), (0, 20, 31), width=64)
REGIONS = "recording;good-start;good-end;bad-start;bad-end\na;0 2;1 2,5;1;2\nb;;;0,5;1\n"


def check_strip(path: Path) -> None:
    strip = read_strip_file(path)
    assert strip.pixels.dtype == np.uint8
    assert strip.pixels.ndim == 2
    assert len(strip.breaks) <= strip.seams
    assert all(0 < column < strip.pixels.shape[1] for column in strip.breaks)
    assert strip.mm_per_row is None or 0.001 <= strip.mm_per_row <= 1
    assert strip.ms_per_column is None or 0.05 <= strip.ms_per_column <= 50


def check_mask(path: Path) -> None:
    try:
        mask = read_mask_picture(path, (ROWS, 100))
    except ValueError:
        return
    assert set(np.unique(mask).tolist()) <= {OUTSIDE, LUMEN, UNKNOWN}
    assert (mask == LUMEN).any()


def check_traces(path: Path) -> None:
    mask = mask_from_traces(path, (ROWS, 100))
    unknown = (mask == UNKNOWN).any(axis=0)
    assert (mask == LUMEN).any()
    assert (mask[:, unknown] == UNKNOWN).all()
    # One run a column.
    assert (np.abs(np.diff(mask[:, ~unknown].astype(int), axis=0)).sum(axis=0) <= 2).all()


def check_regions(path: Path) -> None:
    for regions in read_quality_regions(path, {"a": 3.0, "b": None}).values():
        stretches = sorted(regions.good + regions.bad)
        assert all(0 <= start < end for start, end in stretches)
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(stretches))


def check_cohort(path: Path) -> None:
    cohort = load_mmode_cohort(path.parent, None, None, 20, 20, seed=1)
    names = [one.name for one in cohort.recordings]
    assert names == sorted(set(names))
    assert all(re.fullmatch(r"[A-Za-z0-9][\w.-]*", name, re.ASCII) for name in names)
    assert all(one.file.is_relative_to(path.parent) for one in cohort.recordings)
    assert {"training", "testing"} <= {one.split for one in cohort.recordings}


def write_jpeg(path: Path) -> None:
    Pillow.fromarray(FRAMES[0]).save(path)


def write_table(path: Path) -> None:
    for name in re.findall(r"\S+\.(?:png|dcm)", TABLE):
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).touch()
    path.write_text(TABLE)


FILES: dict[str, tuple[str, Callable[[Path], object], Callable[[Path], None], Strategy]] = {
    "PNG": ("a.png", lambda path: write_png(path, FRAMES[0]), check_strip, damaged),
    "JPEG": ("a.jpg", write_jpeg, check_strip, damaged),
    "native DICOM": (
        "a.dcm",
        lambda path: write_mmode(
            path, FRAMES, syntax=ExplicitVRLittleEndian, photometric="MONOCHROME2"
        ),
        check_strip,
        damaged,
    ),
    "JPEG in DICOM": (
        "a.dcm",
        lambda path: write_mmode(path, FRAMES, syntax=JPEGBaseline8Bit),
        check_strip,
        damaged,
    ),
    "mask": ("a.png", lambda path: write_png(path, sample_mask(100)), check_mask, damaged),
    "traces": ("a.csv", lambda path: path.write_text(TRACES), check_traces, either),
    "regions": ("regions.tsv", lambda path: path.write_text(REGIONS), check_regions, either),
    "table": ("strips.tsv", write_table, check_cohort, either),
}


@pytest.mark.parametrize("name", FILES)
@fuzzed
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    file, write, check, damage = FILES[name]
    path = tmp_path / "tree" / file
    path.parent.mkdir(exist_ok=True)
    sound = tmp_path / "sound"
    if not sound.exists():
        write(path)
        sound.write_bytes(path.read_bytes())
    path.write_bytes(data.draw(damage(sound.read_bytes())))
    try:
        check(path)
    except InputError as error:
        assert all(str(tmp_path) in problem.file for problem in error.problems)
        assert len(str(error).splitlines()) == len(error.problems)
