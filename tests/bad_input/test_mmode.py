"""Every bad input of M-mode gets its line."""

import shutil
from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.mmode.strips.cohort import MModeCohort, load_mmode_cohort
from echoweave.mmode.strips.read import read_strip, read_strip_file
from tests.bad_input.mmode_cases import COPY, KIND, STRIPS, TREES, MModeCase
from tests.mmode.strips.samples import write_tree


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See ``write_tree``."""
    root = tmp_path_factory.mktemp("sound")
    write_tree(root)
    return root


@pytest.fixture
def tree(sound: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return Path(shutil.copytree(sound, tmp_path / "mmode"))


def load(root: Path) -> MModeCohort:
    return load_mmode_cohort(root, None, None, 20, 20, seed=1)


def read_all(cohort: MModeCohort) -> list[str]:
    """The lines that are said of recordings that cannot be read."""
    lines = []
    for recording in cohort.recordings:
        try:
            read_strip(recording)
        except InputError as error:
            lines += str(error).splitlines()
    return lines


def test_the_tree_before_it_is_spoilt_is_sound(sound: Path) -> None:
    assert read_all(load(sound)) == []


@pytest.mark.parametrize("case", STRIPS.values(), ids=STRIPS)
def test_a_bad_recording_gets_its_line_and_the_others_are_read(tree: Path, case: MModeCase) -> None:
    spoil, lines = case
    cohort = load(tree)
    spoil(tree)
    assert read_all(cohort) == [f"{tree}/{line}" for line in lines.splitlines()]


@pytest.mark.parametrize("case", TREES.values(), ids=TREES)
def test_a_bad_tree_gets_all_its_lines(tree: Path, case: MModeCase) -> None:
    spoil, lines = case
    spoil(tree)
    with pytest.raises(InputError) as caught:
        load(tree)
    assert str(caught.value).splitlines() == [f"{tree}/{line}" for line in lines.splitlines()]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("missing", "mmode.root: there is no such folder; correct the path"),
        ("strips.tsv", "mmode.root: is a file, no folder; correct the path"),
        (
            "empty",
            "mmode.root: holds neither strips.tsv, img/*.png nor dicom/*.dcm; point it at the "
            "M-mode data",
        ),
    ],
)
def test_a_root_that_holds_nothing(tree: Path, name: str, what: str) -> None:
    (tree / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        load(tree / name)
    assert str(caught.value) == f"{tree / name}: {what}"


def test_odd_names_in_folders_without_a_table(tree: Path) -> None:
    (tree / "strips.tsv").unlink()
    (tree / "img/m1_b.png").rename(tree / "img/m1 b.png")
    (tree / "dicom/m3_a.dcm").rename(tree / "dicom/m1_a.dcm")
    with pytest.raises(InputError) as caught:
        load(tree)
    rule = "begin it with a letter or a digit, and use these and _ . - alone"
    assert str(caught.value).splitlines() == [
        f"{tree}/img/m1 b.png: 'm1 b' is no name; {rule}",
        f"{tree}: dicom/m1_a.dcm: another recording is called m1_a; give each recording its own",
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("clip.avi", f"no strip of a kind that is read; {KIND}"),
        ("Info", f"no strip of a kind that is read; {KIND}"),
        ("missing.png", "the file is missing; put it back"),
        ("img", f"not a regular file; {COPY}"),
    ],
)
def test_a_file_that_is_no_strip(tree: Path, name: str, line: str) -> None:
    for file in ("clip.avi", "Info"):
        (tree / file).write_bytes(b"RIFF")
    with pytest.raises(InputError) as caught:
        read_strip_file(tree / name)
    assert str(caught.value) == f"{tree / name}: {line}"


def test_options_that_are_out_of_range() -> None:
    with pytest.raises(InputError) as caught:
        read_strip_file(Path("a.png"), mm_per_px=5.0, ms_per_px=float("nan"))
    assert str(caught.value).splitlines() == [
        "echoweave segment: --mm-per-px: 5 is out of range; give 0.001 to 1 mm",
        "echoweave segment: --ms-per-px: nan is out of range; give 0.05 to 50 ms",
    ]
