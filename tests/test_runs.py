"""One run at a time in a results folder, from one working directory."""

import subprocess
import sys
from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.runs import check_directory, claim

RUN = """
import pathlib, sys
from echoweave.runs import claim
claim(pathlib.Path(sys.argv[1]))
print("claimed", flush=True)
sys.stdin.read()
"""


def test_two_working_directories_cannot_work_in_one_results_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    results = tmp_path / "results"
    monkeypatch.chdir(tmp_path / "other")
    check_directory(results)
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(results)],
        cwd=tmp_path / "one",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert run.stdout is not None
        assert run.stdout.readline() == "claimed\n"
        with pytest.raises(InputError, match=f"another run works in it .process {run.pid} on"):
            claim(results)
    finally:
        run.kill()
        run.communicate()
    with pytest.raises(InputError, match=f"add --directory {tmp_path}/one"):
        check_directory(results)
    monkeypatch.chdir(tmp_path / "one")
    check_directory(results)
    # The remedy of the message: the old directory is given up.
    monkeypatch.chdir(tmp_path / "other")
    (results / ".working_directory").unlink()
    check_directory(results)


def test_a_moved_working_directory_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "before").mkdir()
    monkeypatch.chdir(tmp_path / "before")
    claim(Path("results"))
    (tmp_path / "before").rename(tmp_path / "after")
    monkeypatch.chdir(tmp_path / "after")
    check_directory(Path("results"))
