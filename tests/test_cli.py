from pathlib import Path

import pytest

from echoweave.cli import main


def test_help_is_printed_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "phantom" in capsys.readouterr().out


def test_phantom_is_written(tmp_path: Path) -> None:
    options = [
        "--patients",
        "1",
        "--test-patients",
        "0",
        "--ted",
        "1",
        "--size",
        "48",
        "40",
        "--frames",
        "3",
        "3",
    ]
    assert main(["phantom", str(tmp_path / "out"), "--layout", "nifti", *options]) == 0
    assert (tmp_path / "out/camus/database_nifti/patient0001/Info_2CH.cfg").is_file()
    assert (tmp_path / "out/ted/database/patient098/patient098_4CH_sequence.mhd").is_file()


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("--ted 5 --patients 4", "--ted: 5 is out of range; give 0 to --patients, at most 98"),
        ("--patients 0 --ted 0", "--patients: 0 is out of range; give 1 to 9000"),
        ("--size 10 200", "--size: 10 200 is out of range; give two numbers from 32 to 2048"),
        (
            "--frames 9 8",
            "--frames: 9 8 is out of range; give the fewest (3 or more), then the most",
        ),
        ("--beats 0", "--beats: 0 is out of range; give 1 to 10"),
        (
            "--frame-rate 80 30",
            "--frame-rate: 80 30 is out of range; "
            "give the lowest, then the highest, from 10 to 500 Hz",
        ),
        ("--rim 0.5", "--rim: 0.5 is out of range; give 0 to 0.25"),
        ("--haze-db 20", "--haze-db: 20.0 is out of range; give -60 (none) to 10"),
        ("--jpeg 101", "--jpeg: 101 is out of range; give 1 to 100, or 0 for none"),
        ("--seed -1", "--seed: -1 is out of range; give 0 or more"),
    ],
)
def test_options_out_of_range(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: str, line: str
) -> None:
    assert main(["phantom", str(tmp_path / "out"), *options.split()]) == 2
    assert capsys.readouterr().err == f"echoweave phantom: {line}\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["phantom"], "the following arguments are required: OUT"),
        (["phantom", "out", "--patients", "many"], "invalid int value: 'many'"),
        (["phantom", "out", "--layout", "dicom"], "invalid choice: 'dicom'"),
    ],
)
def test_arguments_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    with pytest.raises(SystemExit) as failure:
        main(arguments)
    assert failure.value.code == 2
    error = capsys.readouterr().err
    assert line in error
    assert error.count("\n") == 1


def test_a_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["phantom", str(tmp_path / "file" / "out")]) == 2
    error = capsys.readouterr().err
    assert "cannot be written" in error
    assert error.count("\n") == 1
