"""Checksums and stamps of small files."""

import os
from pathlib import Path

from echoweave.io.checksums import checksums, sha256, stamp


def test_sha256_of_abc(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    for name, content in (("b", b"22"), ("a", b"1")):
        (tmp_path / name).write_bytes(content)
    table = checksums([tmp_path / "b", tmp_path / "a", tmp_path / "b"])
    assert list(table["path"]) == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert list(table["bytes"]) == [1, 2]


def test_a_stamp_changes_with_size_date_and_existence(tmp_path: Path) -> None:
    path = tmp_path / "mask"
    stamps = {stamp([path])}
    path.write_bytes(b"1")
    os.utime(path, ns=(0, 10**18))
    stamps.add(stamp([path]))
    assert stamp([str(path)]) in stamps
    path.write_bytes(b"22")
    os.utime(path, ns=(0, 10**18))
    stamps.add(stamp([path]))
    # An older one of the same size.
    os.utime(path, ns=(0, 10**17))
    stamps.add(stamp([path]))
    assert len(stamps) == 4
