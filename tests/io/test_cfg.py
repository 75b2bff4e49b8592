from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.io.cfg import read_cfg


@pytest.mark.parametrize(
    "content",
    [
        b"ED: 1\nES: 18\nImageQuality: Good\n",
        b"\xef\xbb\xbfED: 1\r\nES: 18\r\nImageQuality: Good\r\n",
        b"ImageQuality : Good\n\nES:18\nED:  1",
        b"some words\nED: 1\nED: 1\nES: 18\nImageQuality: Good\n",
    ],
    ids=["plain", "CRLF and BOM", "other order", "words and a line twice"],
)
def test_entries_by_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Info_4CH.cfg"
    path.write_bytes(content)
    assert read_cfg(path) == {"ED": "1", "ES": "18", "ImageQuality": "Good"}


def test_bytes_that_are_no_text_cost_their_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "Info_4CH.cfg"
    path.write_bytes(b"ED: 1\nName: Andr\xe9\n")
    assert read_cfg(path)["ED"] == "1"


def test_two_values_for_one_key(tmp_path: Path) -> None:
    path = tmp_path / "Info_4CH.cfg"
    path.write_text("ED: 1\nED: 2\n")
    with pytest.raises(InputError) as caught:
        read_cfg(path)
    assert (
        str(caught.value) == f"{path}: ED: stands there twice, as 1 and as 2; keep the right line"
    )


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Info_4CH.cfg: the file is missing; put it back"):
        read_cfg(tmp_path / "Info_4CH.cfg")
