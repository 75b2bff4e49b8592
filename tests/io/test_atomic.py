import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from echoweave.io.atomic import whole_file, whole_folder

KILLED = """
import os, pathlib
from echoweave.io.atomic import whole_file, whole_folder
with whole_file(pathlib.Path("table.tsv")) as temporary:
    temporary.write_text("half")
    with whole_folder(pathlib.Path("raw")) as folder:
        (folder / "half").touch()
        os.kill(os.getpid(), 9)
"""


def test_a_killed_process_leaves_neither_file_nor_folder(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "table.tsv").exists()
    assert not (tmp_path / "raw").exists()
    # The next attempt takes the place of what is left.
    with whole_file(tmp_path / "table.tsv") as temporary:
        temporary.write_text("whole")
    with whole_folder(tmp_path / "raw") as folder:
        assert not list(folder.iterdir())
        (folder / "whole").touch()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["raw", "table.tsv", "whole"]


def test_processes_that_write_one_file_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    table, other = tmp_path / "table.tsv", tmp_path / "other.tsv"
    code = f"import pathlib; from echoweave.io.atomic import whole_file as w\n\
with w(pathlib.Path({str(table)!r})) as temporary: temporary.write_text('second')"
    with whole_file(table) as temporary, whole_file(other) as unlike:
        temporary.write_text("first")
        unlike.write_text("other")
        subprocess.run([sys.executable, "-c", code], check=True)
        assert table.read_text() == "second"
    assert table.read_text() == "first"
    assert other.read_text() == "other"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_name_may_be_as_long_as_the_file_system_allows(tmp_path: Path) -> None:
    path = tmp_path / f"{248 * 'x'}.nii.gz"
    with whole_file(path) as temporary:
        assert temporary.name.endswith(".nii.gz")
        temporary.write_text("whole")
    assert path.read_text() == "whole"


def test_what_was_there_stays_if_the_block_raises(tmp_path: Path) -> None:
    (tmp_path / "table.tsv").write_text("before")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/before").touch()
    with pytest.raises(KeyError), whole_file(tmp_path / "table.tsv") as temporary:
        temporary.write_text("half")
        raise KeyError
    with pytest.raises(KeyError), whole_folder(tmp_path / "raw"):
        raise KeyError
    assert (tmp_path / "table.tsv").read_text() == "before"
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["before"]
    assert len(list(tmp_path.iterdir())) == 2


def test_other_errors_keep_their_name(tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught, whole_file(tmp_path / "table.tsv"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    assert caught.value.errno == errno.EIO
