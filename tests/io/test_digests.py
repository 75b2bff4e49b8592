"""Digests of content: an unchanged file is read once, and neither date nor place counts."""

import os
from pathlib import Path

import pytest

import echoweave.io.digests as module
from echoweave.io.digests import digest_files, digest_of_content

# FIPS 180-2, appendix B.1
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_digests_of_files_and_of_none(tmp_path: Path) -> None:
    path, missing = tmp_path / "abc", tmp_path / "missing"
    path.write_bytes(b"abc")
    digests = digest_files([path, missing, path], tmp_path / "memo.json")
    assert digests == {str(path): ABC, str(missing): ""}


def test_only_what_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def spy(path: Path) -> str:
        read.append(path.name)
        return original(path)

    original = module.sha256
    monkeypatch.setattr(module, "sha256", spy)
    files = [tmp_path / name for name in ("one", "two")]
    for path in files:
        path.write_bytes(b"abc")
    memo = tmp_path / "memo.json"
    first = digest_files(files, memo)
    written = memo.stat().st_mtime_ns
    assert digest_files(files, memo) == first
    assert sorted(read) == ["one", "two"]
    assert memo.stat().st_mtime_ns == written
    files[0].touch()
    assert digest_files(files, memo) == first
    assert read[2:] == ["one"]


def test_another_content_under_the_old_date_is_noticed(tmp_path: Path) -> None:
    path, memo = tmp_path / "mask", tmp_path / "memo.json"
    digests = set()
    for content in (b"1", b"2"):
        path.write_bytes(content)
        os.utime(path, ns=(0, 10**18))
        digests.add(digest_files([path], memo)[str(path)])
    assert len(digests) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '{"a": [1, 2, 3]}'])
def test_a_damaged_memo_is_made_anew(tmp_path: Path, content: str) -> None:
    path, memo = tmp_path / "abc", tmp_path / "memo.json"
    path.write_bytes(b"abc")
    memo.write_text(content)
    assert digest_files([path], memo) == {str(path): ABC}
    assert digest_files([path], memo) == {str(path): ABC}


def test_content_counts_wherever_it_lies_but_not_in_another_order() -> None:
    digests = {"here/a": "1", "here/b": "2", "there/a": "1", "there/b": "2"}
    here = digest_of_content([Path("here/a"), Path("here/b")], digests)
    assert here == digest_of_content([Path("there/a"), Path("there/b")], digests)
    assert here != digest_of_content([Path("here/b"), Path("here/a")], digests)
