from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.mmode.strips.recording import StripRecording
from echoweave.mmode.study.recorded import store_recordings
from echoweave.mmode.study.store import load_strip, store_strip
from tests.mmode.hearts import sine_strip
from tests.mmode.strips.samples import ROWS, beating_strip, write_tree
from tests.mmode.study.stored import stored_strip


def test_a_strip_is_read_as_it_was_written_but_for_its_secrets(tmp_path: Path) -> None:
    strip = replace(sine_strip(), breaks=(7, 200), sources={"mm_per_row": "é"}, notes=("a", "b"))
    stored = stored_strip(strip)
    store_strip(stored, tmp_path / "a.h5")
    found = load_strip(tmp_path / "a.h5")
    np.testing.assert_array_equal(found.strip.pixels, strip.pixels)
    assert strip.mask is not None
    np.testing.assert_array_equal(np.asarray(found.strip.mask), strip.mask)
    assert strip.secrets
    told = {"pixels": strip.pixels, "mask": strip.mask, "secrets": frozenset[str]()}
    same = replace(found.strip, pixels=strip.pixels, mask=strip.mask)
    assert replace(found, strip=same) == replace(stored, strip=replace(strip, **told))
    assert b"LINDE" not in (tmp_path / "a.h5").read_bytes()


def test_what_is_unknown_stays_unknown(tmp_path: Path) -> None:
    bare = replace(sine_strip(), mm_per_row=None, ms_per_column=None, mask=None)
    store_strip(replace(stored_strip(bare), mass_g=None), tmp_path / "a.h5")
    found = load_strip(tmp_path / "a.h5")
    assert (found.mass_g, found.strip.mm_per_row, found.strip.ms_per_column) == (None, None, None)
    assert found.strip.mask is None


def test_the_same_strip_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        store_strip(stored_strip(), tmp_path / f"{name}.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"\x89HDF\r\n\x1a\n and no more"])
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.h5: not a readable strip .*; delete it and rerun"):
        load_strip(path)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    store_strip(stored_strip(), tmp_path / "a.h5")
    whole = bytearray((tmp_path / "a.h5").read_bytes())
    whole[len(whole) // 2 :] = bytes(len(whole) - len(whole) // 2)
    (tmp_path / "a.h5").write_bytes(whole)
    with pytest.raises(InputError, match=r"a\.h5: not a readable strip"):
        load_strip(tmp_path / "a.h5")


def test_a_file_that_lacks_a_part_is_named(tmp_path: Path) -> None:
    store_strip(stored_strip(), tmp_path / "a.h5")
    whole = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "a.h5").write_bytes(whole.replace(b'"seams"', b'"seems"'))
    with pytest.raises(InputError, match=r"a\.h5: not a readable strip \('seams'\); delete it"):
        load_strip(tmp_path / "a.h5")


def test_recordings_are_read_with_what_the_cohort_knows(tmp_path: Path) -> None:
    write_tree(tmp_path)
    recordings = [
        StripRecording(
            *("m1_a", "m1", tmp_path / "img/m1_a.png", tmp_path / "mask/m1_a.png", None),
            *(0.05, 2.0, 21.5, "training"),
        ),
        StripRecording("m3_a", "m3", tmp_path / "dicom/m3_a.dcm", split="testing"),
    ]
    files = [tmp_path / "strips/m1_a.h5", tmp_path / "strips/m3_a.h5"]
    files[0].parent.mkdir()
    store_recordings(recordings, "mouse", files)
    first, second = map(load_strip, files)
    assert (first.name, first.animal, first.split) == ("m1_a", "m1", "training")
    assert (first.kind, first.species, first.mass_g) == ("recorded", "mouse", 21.5)
    np.testing.assert_array_equal(first.strip.pixels, beating_strip(100))
    assert first.strip.mask is not None
    assert first.strip.mask.sum() == 30 * 100
    assert (second.split, second.strip.mask) == ("testing", None)
    assert second.strip.pixels.shape[0] == ROWS
