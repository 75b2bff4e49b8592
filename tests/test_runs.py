"""One run at a time in a results folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.runs import claim

RUN = """
import pathlib, sys
from echoweave.runs import claim
claim(pathlib.Path(sys.argv[1]))
print("claimed", flush=True)
sys.stdin.read()
"""


def test_two_working_directories_cannot_work_in_one_results_folder_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    results = tmp_path / "results"
    monkeypatch.chdir(tmp_path / "other")
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
    claim(results)
