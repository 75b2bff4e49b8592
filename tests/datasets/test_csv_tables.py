"""Tables as people save them."""

from pathlib import Path

import pytest

from echoweave.datasets.csv_tables import number_in, read_table
from echoweave.errors import InputError

ROWS = [(2, {"name": "a", "good_start": "1,5"}), (4, {"name": "b", "good_start": ""})]


@pytest.mark.parametrize(
    "content",
    [
        b"name\tgood_start\na\t1,5\n\t\nb\t\n",
        b"\xef\xbb\xbfName;Good-Start\r\na;1,5\r\n\r\nb;\r\n",
        b'name,"Good Start"\n a ,"1,5"\n,\nb,\n',
    ],
    ids=["tabs", "semicolons of a spreadsheet", "commas and quotes"],
)
def test_any_delimiter_and_header(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    rows = read_table(tmp_path / "a.csv", ("name", "good_start"))
    assert [(row.line, dict(row.cells)) for row in rows] == ROWS


def test_the_letters_of_old_spreadsheets(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("name;who\na;M\xfcller".encode("cp1252"))
    assert read_table(tmp_path / "a.csv", ("name",))[0].cells["who"] == "M\xfcller"


def test_numbers() -> None:
    texts = ("1.5", "1,5", "-2e-3", "1,000.5", "1_0", "nan", "", "1 2")
    assert [number_in(text) for text in texts] == [1.5, 1.5, -0.002, *[None] * 5]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "the file is empty; fill it in, or remove it"),
        (b"name,who\n", "holds no rows; fill it in, or remove it"),
        (b"\xff\xfen\0a\0", "not a text in UTF-8; save it as CSV in UTF-8"),
        (b"na\x81me\n", "not a text in UTF-8; save it as CSV in UTF-8"),
        (b"name,name\na,b\n", "the header names name twice; keep one of them"),
        (
            b"who\na\n",
            "the header has no name; its first line must name name, with tabs or commas between "
            "them",
        ),
        (b"name,who\na\n", "line 2: 1 values, not 2; correct the row"),
        (b"name,who\na,b,c\n", "line 2: 3 values, not 2; correct the row"),
    ],
)
def test_no_table(tmp_path: Path, content: bytes, line: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_table(path, ("name",))
    assert str(caught.value) == f"{path}: {line}"
