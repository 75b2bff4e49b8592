"""Names of outputs: nothing of people in them."""

import hashlib
from pathlib import Path

import pytest

from echoweave.clips.files import ClipFile
from echoweave.clips.naming import clip_digest, clip_name
from tests.clips.samples import disc_clip, write_pictures
from tests.clips.test_archives import pack

SECRETS = frozenset({"DOE^JANE", "DOE", "JANE", "MRN-77", "1.2.3.4", "7"})
DIGEST = hashlib.sha256(b"clip").hexdigest()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("patient0001_4CH.dcm", "patient0001_4CH"),
        ("p1.nii.gz", "p1"),
        ("IM_0001", "IM_0001"),
        ("A4C (2) ü.avi", "A4C-2"),
        ("v1.2.mp4", "v1-2"),
        # Names, ids and UIDs, however they are written.
        ("doe_jane.dcm", f"clip-{DIGEST[:8]}"),
        ("Janes echo.dcm", f"clip-{DIGEST[:8]}"),
        ("mrn77.dcm", f"clip-{DIGEST[:8]}"),
        ("1.2.840.113619.2.dcm", f"clip-{DIGEST[:8]}"),
        ("echo 7.dcm", f"clip-{DIGEST[:8]}"),
        ("ü.dcm", f"clip-{DIGEST[:8]}"),
    ],
)
def test_names(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_bytes(b"clip")
    assert clip_name(ClipFile(tmp_path / file), SECRETS, []) == name


def test_a_short_secret_is_a_word_of_its_own() -> None:
    assert clip_name(ClipFile(Path("echo77.avi")), {"7"}, []) == "echo77"


def test_names_that_are_taken() -> None:
    file = ClipFile(Path("a/Clip.avi"))
    assert clip_name(file, (), ["other"]) == "Clip"
    # Some disks do not tell capitals from small letters.
    assert clip_name(file, (), ["clip", "Clip-2"]) == "Clip-3"


def test_the_digest_of_a_file_is_its_sha256_wherever_it_lies(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.avi").write_bytes(b"clip")
    pack(tmp_path / "a.zip", folder)
    assert clip_digest(ClipFile(folder / "a.avi")) == DIGEST
    assert clip_digest(ClipFile(tmp_path / "a.zip", "a.avi")) == DIGEST


def test_the_digest_of_pictures_is_that_of_all(tmp_path: Path) -> None:
    write_pictures(tmp_path / "in/frames", disc_clip(3))
    pack(tmp_path / "a.zip", tmp_path / "in")
    first = clip_digest(ClipFile(tmp_path / "in/frames"))
    assert first == clip_digest(ClipFile(tmp_path / "a.zip", "frames/"))
    write_pictures(tmp_path / "in/frames", disc_clip(3) // 2)
    assert clip_digest(ClipFile(tmp_path / "in/frames")) != first
