import subprocess
import sys
from pathlib import Path

import pytest

from echoweave.cli import main
from echoweave.io.tables import read_tsv
from tests.learn2reg.evaluation.folders import write_fields, write_labels


def test_two_folders_are_enough(tmp_path: Path) -> None:
    write_labels(tmp_path / "label")
    write_fields(tmp_path / "fields")
    folders = [str(tmp_path / name) for name in ("fields", "label")]
    assert main(["evaluate-pairs", *folders, "--out", str(tmp_path / "out")]) == 0
    rows = read_tsv(tmp_path / "out/pairs.tsv")
    assert rows["variant"].tolist() == ["registered"] * 2
    # One pair as it should be, one that is a voxel short.
    assert rows["dice"].tolist() == [1, 0.75]


def test_labels_need_not_be_zipped(tmp_path: Path) -> None:
    write_labels(tmp_path / "label", ".nii")
    write_fields(tmp_path / "fields")
    folders = [str(tmp_path / name) for name in ("fields", "label")]
    assert main(["evaluate-pairs", *folders, "--out", str(tmp_path / "out")]) == 0
    assert read_tsv(tmp_path / "out/pairs.tsv")["dice"].tolist() == [1, 0.75]


def test_options_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [str(tmp_path), str(tmp_path / "label")]
    wrong = ["--jobs", "0", "--name", "unregistered"]
    assert main(["evaluate-pairs", *folders, "--out", "out", *wrong]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"echoweave evaluate-pairs: LABELS: {tmp_path}/label is no folder; give one",
        "echoweave evaluate-pairs: --name: unregistered is what pairs without a field are called; "
        "give another one",
        "echoweave evaluate-pairs: --jobs: 0 is out of range; give 1 or more",
    ]
    assert main(["evaluate-pairs", str(tmp_path), str(tmp_path), "--out", "out"]) == 2
    assert "no displacement file lies in it" in capsys.readouterr().err


def test_an_install_that_only_segments_says_what_is_needed(tmp_path: Path) -> None:
    without = "import sys; sys.modules['torch'] = None; from echoweave.cli import main; "
    arguments = ["evaluate-pairs", str(tmp_path), str(tmp_path), "--out", "out"]
    done = subprocess.run(
        [sys.executable, "-c", f"{without}sys.exit(main(sys.argv[1:]))", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    line = "echoweave evaluate-pairs: needs torch; pip install 'echoweave[train]'\n"
    assert done.stderr == line
