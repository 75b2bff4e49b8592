"""The zip for the challenge: what it holds, and every way in which one fails by name."""

import io
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.errors import InputError
from echoweave.learn2reg.fields.files import field_file_name, write_field
from echoweave.learn2reg.fields.forms import as_stored
from echoweave.learn2reg.fields.submission import (
    ChallengeForm,
    WantedField,
    check_challenge_zip,
    write_challenge_zip,
)
from echoweave.learn2reg.store import store_case
from echoweave.learn2reg.volume import CaseVolume

SHAPE = (8, 6, 10)
PAIRS = [("l2r_0001", "l2r_0004"), ("l2r_0001", "l2r_0007")]
# So the axes of a file are those of the house in reverse.
LPS = ("LPS", "LPS")
FIELDS = [WantedField(pair, SHAPE, LPS) for pair in PAIRS]
TODAY, OLD = ChallengeForm(FIELDS, "full"), ChallengeForm(FIELDS, "half")
FIRST, SECOND = "disp_0001_0000_0004_0000.npz", "disp_0001_0000_0007_0000.npz"


def npz(array: NDArray[np.generic]) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, array)
    return content.getvalue()


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shift by 1, 2 and 3 voxels, and a field that folds in two planes of eight."""
    folder = tmp_path_factory.mktemp("fields")
    shift = np.broadcast_to(np.float32([1, 2, 3])[:, None, None, None], (3, *SHAPE))
    folding = np.zeros((3, *SHAPE), np.float32)
    folding[0] = np.float32([0, 0, 1, 0, -3, -3, -3, -3])[:, None, None]
    for pair, field in zip(PAIRS, (shift, folding), strict=True):
        np.savez(folder / field_file_name(*pair), as_stored(field, "full"))
    return folder


def test_todays_zip_is_flat_and_tells_where_fields_fold(fields: Path, tmp_path: Path) -> None:
    folded = write_challenge_zip(fields, TODAY, tmp_path / "out.zip")
    # det J by central differences: 1 + (-3 - 1) / 2 in plane 3, 1 + (-3 - 0) / 2 in plane 4; of
    # planes 2 to 5, for two at either border do not count.
    assert folded == {FIRST: 0, SECOND: 50}
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == [FIRST, SECOND]
        stored = np.load(io.BytesIO(archive.read(FIRST)))["arr_0"]
    assert stored.shape == (*SHAPE, 3)
    assert stored.dtype == np.float32
    assert stored[4, 3, 2].tolist() == [1, 2, 3]
    # Not the day either: the same fields make the same zip.
    write_challenge_zip(fields, TODAY, tmp_path / "again.zip")
    assert (tmp_path / "out.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


def test_the_zip_of_2020_has_a_folder_a_task(fields: Path, tmp_path: Path) -> None:
    write_challenge_zip(fields, OLD, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        found = {
            name: np.load(io.BytesIO(archive.read(name)))["arr_0"] for name in archive.namelist()
        }
    assert {name: array.shape for name, array in found.items()} == {
        "task_03/disp_0001_0004.npz": (3, 4, 3, 5),
        "task_03/disp_0001_0007.npz": (3, 4, 3, 5),
    }
    assert {array.dtype for array in found.values()} == {np.dtype("float16")}
    # Half as many voxels, but full ones are counted.
    assert found["task_03/disp_0001_0004.npz"][:, 1, 1, 1].tolist() == pytest.approx([1, 2, 3])


def test_every_file_has_the_axes_of_its_cases(tmp_path: Path) -> None:
    """Where nothing moves nothing folds, though files store their axes in other orders."""
    for name, axes in (("l2r_0001", "LPS"), ("l2r_0004", "SAL")):
        image = np.zeros((10, 6, 8), np.int16)
        case = CaseVolume(name, "l2r", image, None, (), (2.0, 2.0, 2.0), axes)
        store_case(tmp_path / f"{name}.h5", case)
    pairs = [("l2r_0001", "l2r_0004"), ("l2r_0004", "l2r_0001")]
    wanted = ChallengeForm.of_cases(tmp_path, pairs, "full")
    assert [one.grid for one in wanted.fields] == [(8, 6, 10), (10, 6, 8)]
    for one in wanted.fields:
        still = np.zeros((3, 10, 6, 8), np.float32)
        write_field(tmp_path / field_file_name(*one.pair), still, one.axes)
    assert set(write_challenge_zip(tmp_path, wanted, tmp_path / "out.zip").values()) == {0}


def test_an_odd_side_has_no_form_of_2020(tmp_path: Path) -> None:
    image = np.zeros((10, 6, 7), np.int16)
    case = CaseVolume("l2r_0001", "l2r", image, None, (), (2.0, 2.0, 2.0), "LPS")
    store_case(tmp_path / "l2r_0001.h5", case)
    with pytest.raises(InputError, match=r"submission: .* needs even sides, not 7 x 6 x 10"):
        ChallengeForm.of_cases(tmp_path, [("l2r_0001", "l2r_0001")], "half")


def test_every_missing_pair_is_named_and_no_zip_is_left(fields: Path, tmp_path: Path) -> None:
    others = [("l2r_0004", "l2r_0001"), ("l2r_0004", "l2r_0007")]
    more = ChallengeForm([*FIELDS, *(WantedField(pair, SHAPE, LPS) for pair in others)], "full")
    with pytest.raises(InputError, match="neither disp_0004_0000_0001_0000") as caught:
        write_challenge_zip(fields, more, tmp_path / "out.zip")
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="there is no pair to submit"):
        write_challenge_zip(fields, ChallengeForm([], "full"), tmp_path / "out.zip")
    shutil.copytree(fields, tmp_path / "fields")
    (tmp_path / "fields" / SECOND).write_bytes(npz(np.full((*SHAPE, 3), np.inf)))
    with pytest.raises(InputError, match=f"{SECOND}: 1440 displacements are not finite"):
        write_challenge_zip(tmp_path / "fields", TODAY, tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


GOOD = np.zeros((*SHAPE, 3), np.float32)
BAD: dict[str, tuple[dict[str, bytes], str]] = {
    "missing": ({FIRST: npz(GOOD)}, f"{SECOND}: is missing"),
    "other": ({FIRST: npz(GOOD), SECOND: npz(GOOD), "notes.txt": b""}, "notes.txt: is not asked"),
    "short": (
        {FIRST: npz(GOOD[1:]), SECOND: npz(GOOD)},
        f"{FIRST}: is 7 x 6 x 10 x 3, and on",
    ),
    "type": (
        {FIRST: npz(GOOD), SECOND: npz(GOOD.astype("float16"))},
        f"{SECOND}: holds float16 in the form full",
    ),
    "not finite": (
        {FIRST: npz(GOOD * np.float32("nan")), SECOND: npz(GOOD)},
        f"{FIRST}: 1440 displacements are not finite",
    ),
    "no field": ({FIRST: b"", SECOND: npz(GOOD)}, f"{FIRST}: truncated, damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_zips(tmp_path: Path, name: str) -> None:
    contents, message = BAD[name]
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        for file, content in contents.items():
            archive.writestr(file, content)
    with pytest.raises(InputError, match=message) as caught:
        check_challenge_zip(tmp_path / "out.zip", TODAY)
    assert len(caught.value.problems) == 1


def test_no_zip_at_all(tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"out.zip: is no zip"):
        check_challenge_zip(tmp_path / "out.zip", TODAY)
