"""Every bad clip gets its one line, and the others go on."""

from pathlib import Path
from typing import Any

import pytest

from echoweave.clips.files import ClipFile
from echoweave.clips.listing import list_clips
from echoweave.clips.read import read_clip
from echoweave.errors import InputError
from echoweave.io.video import write_video
from tests.bad_input.clip_cases import (
    ARCHIVES,
    DICOM,
    FRAMES,
    KINDS,
    MOVIES,
    OTHERS,
    PICTURES,
    VOLUMES,
    ClipCase,
)
from tests.clips.samples import disc_clip, write_pictures

CASES = {
    f"{kind}: {name}": case
    for kind, cases in (
        ("DICOM", DICOM),
        ("movie", MOVIES),
        ("pictures", PICTURES),
        ("volume", VOLUMES),
        ("zip", ARCHIVES),
        ("other", OTHERS),
    )
    for name, case in cases.items()
}


def read_all(*inputs: Path) -> tuple[list[str], list[str]]:
    """Names of what could be read, and the lines that are said of the rest."""
    listing = list_clips(inputs)
    read, lines = [], [str(problem) for problem in listing.problems]
    for file in listing.clips:
        try:
            read_clip(file)
        except InputError as error:
            lines += str(error).splitlines()
        else:
            read.append(file.name)
    return read, lines


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_bad_clip_gets_its_line_and_the_others_go_on(tmp_path: Path, case: ClipCase) -> None:
    write, line = case
    write_video(tmp_path / "sound.avi", disc_clip(), 50)
    write(tmp_path)
    read, lines = read_all(tmp_path)
    assert lines == [f"{tmp_path}/{line}".replace("/:", ":")]
    assert read == ["sound.avi"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("missing.avi", "missing.avi: there is no such file or folder; correct the path"),
        ("empty", f"empty: holds no clips; {KINDS}"),
        ("frame_001.png", f"frame_001.png: one picture is no clip; {FRAMES}"),
        ("Info.cfg", f"Info.cfg: no clip of a kind that is read; {KINDS}"),
    ],
)
def test_an_input_that_is_no_clip(tmp_path: Path, name: str, line: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "Info.cfg").write_text("ED: 1")
    write_pictures(tmp_path, disc_clip(1))
    assert read_all(tmp_path / name) == ([], [f"{tmp_path}/{line}"])


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        (
            {"spacing": (0.0, 0.3)},
            "--spacing: 0 0.3 is out of range; "
            "give the height and the width of a pixel, 0.01 to 5 mm",
        ),
        (
            {"spacing": (float("nan"), 0.3)},
            "--spacing: nan 0.3 is out of range; "
            "give the height and the width of a pixel, 0.01 to 5 mm",
        ),
        (
            {"frame_rate_hz": 2000.0},
            "--frame-rate: 2000 is out of range; give 5 to 1000 frames a second",
        ),
        ({"view": "PLAX"}, "--view: PLAX is out of range; give 2CH or 4CH"),
        (
            {"frame_rate_hz": 0.0, "view": ""},
            "--frame-rate: 0 is out of range; give 5 to 1000 frames a second\n"
            "--view:  is out of range; give 2CH or 4CH",
        ),
    ],
)
def test_options_that_are_out_of_range(told: dict[str, Any], lines: str) -> None:
    with pytest.raises(InputError) as caught:
        read_clip(ClipFile(Path("clip.avi")), **told)
    wanted = [f"echoweave segment: {line}" for line in lines.splitlines()]
    assert str(caught.value).splitlines() == wanted


def test_all_bad_clips_of_a_folder_are_said_at_once(tmp_path: Path) -> None:
    lines = []
    for number, (write, line) in enumerate(CASES.values()):
        folder = tmp_path / f"{number:03d}"
        folder.mkdir()
        write_video(folder / "sound.avi", disc_clip(), 50)
        write(folder)
        lines.append(f"{folder}/{line}".replace("/:", ":"))
    read, said = read_all(tmp_path)
    assert sorted(said) == sorted(lines)
    assert read == ["sound.avi"] * len(CASES)
    assert len(CASES) > 50
