"""Checksums and stamps of small files."""

import os
from pathlib import Path

import pytest

from echoweave.io.checksums import checksums, digest_of_content, sha256, stamps


def test_sha256_of_abc(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a regular file"):
        sha256(tmp_path / "pipe")


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    for name, content in (("b", b"22"), ("a", b"1")):
        (tmp_path / name).write_bytes(content)
    table = checksums([tmp_path / "b", tmp_path / "a", tmp_path / "b"])
    assert list(table["path"]) == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert list(table["bytes"]) == [1, 2]


def test_stamps_change_with_size_and_dates(tmp_path: Path) -> None:
    path = tmp_path / "mask"
    assert stamps([path]) == [[str(path), -1, -1, -1]]
    path.write_bytes(b"1")
    os.utime(path, ns=(0, 10**18))
    ((_, size, changed, status),) = stamps([path])
    assert (size, changed) == (1, 10**18)
    # Another content under the old date: only the time of its status tells.
    path.write_bytes(b"2")
    os.utime(path, ns=(0, 10**18))
    assert stamps([path])[0][:3] == [str(path), 1, 10**18]
    assert stamps([path])[0][3] > status


def test_content_counts_wherever_it_lies_but_not_in_another_order() -> None:
    digests = {"here/a": "1", "here/b": "2", "there/a": "1", "there/b": "2"}
    here = digest_of_content([Path("here/a"), Path("here/b")], digests)
    assert here == digest_of_content([Path("there/a"), Path("there/b")], digests)
    assert here != digest_of_content([Path("here/b"), Path("here/a")], digests)
