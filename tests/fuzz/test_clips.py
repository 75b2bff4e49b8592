"""Readers of clips, fed damaged files: a sound clip or an InputError, in bounded memory.

Seeded and short here. A campaign: FUZZ_EXAMPLES=20000 python -m pytest tests/fuzz/test_clips.py
"""

import resource
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from echoweave.clips.files import ClipFile
from echoweave.clips.limits import MAX_FRAMES
from echoweave.clips.listing import list_clips
from echoweave.clips.read import read_clip
from echoweave.errors import InputError
from tests.clips.samples import disc_clip, write_movie, write_pictures, write_sample_dicom
from tests.conftest import ON_LINUX
from tests.fuzz.mutations import damaged
from tests.fuzz.test_readers import fuzzed

# Beyond what is there before: what one clip may take, not what a header may promise.
MOST_BYTES = 2**30


def dicom(path: Path, syntax: str, photometric: str = "MONOCHROME2") -> None:
    write_sample_dicom(path, syntax=syntax, photometric=photometric)


def zipped(path: Path) -> None:
    write_movie(path.with_name("x.avi"), disc_clip(), "mjpeg")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path.with_name("x.avi"), "x.avi")
    path.with_name("x.avi").unlink()


def picture(path: Path) -> None:
    write_pictures(path.parent, disc_clip(3))


FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "native DICOM": ("a.dcm", lambda path: dicom(path, ExplicitVRLittleEndian)),
    "native colours": ("a.dcm", lambda path: dicom(path, ExplicitVRLittleEndian, "YBR_FULL_422")),
    "a palette": ("a.dcm", lambda path: dicom(path, ExplicitVRLittleEndian, "PALETTE COLOR")),
    "RLE": ("a.dcm", lambda path: dicom(path, RLELossless)),
    "JPEG": ("a.dcm", lambda path: dicom(path, JPEGBaseline8Bit, "YBR_FULL_422")),
    "JPEG 2000": ("a.dcm", lambda path: dicom(path, JPEG2000Lossless)),
    "AVI": ("a.avi", lambda path: write_movie(path, disc_clip(), "mjpeg")),
    "MP4": ("a.mp4", lambda path: write_movie(path, disc_clip(), "libx264")),
    "MKV": ("a.mkv", lambda path: write_movie(path, disc_clip(), "ffv1")),
    "GIF": ("a.gif", lambda path: write_movie(path, disc_clip(), "gif")),
    "PNG": ("frame_002.png", picture),
    "zip": ("a.zip", zipped),
}


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Lets this process take no more than ``MOST_BYTES`` of further memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MOST_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def check(file: ClipFile) -> None:
    try:
        clip = read_clip(file)
    except InputError as error:
        assert all(problem.file == str(file) for problem in error.problems)
        assert len(str(error).splitlines()) == len(error.problems)
        return
    assert clip.frames.dtype == np.uint8
    frames, rows, columns = clip.frames.shape
    assert 1 < frames <= MAX_FRAMES
    assert 0 <= clip.box.top < clip.box.bottom <= rows
    assert 0 <= clip.box.left < clip.box.right <= columns
    assert clip.spacing is None or all(0 < value < 100 for value in clip.spacing)
    if clip.times_ms is not None:
        assert clip.times_ms[0] == 0
        assert (np.diff(clip.times_ms) > 0).all()
        assert np.isfinite(clip.times_ms).all()


@ON_LINUX
@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("name", FILES)
@fuzzed
@given(data=st.data())
def test_a_damaged_clip_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    file, write = FILES[name]
    sound, spoilt = tmp_path / "sound", tmp_path / "spoilt"
    if not sound.exists():
        sound.mkdir()
        spoilt.mkdir()
        write(sound / file)
        for beside in sound.iterdir():
            (spoilt / beside.name).write_bytes(beside.read_bytes())
    (spoilt / file).write_bytes(data.draw(damaged((sound / file).read_bytes())))
    listing = list_clips([spoilt])
    assert all(problem.file.startswith(str(spoilt)) for problem in listing.problems)
    for clip in listing.clips:
        check(clip)
