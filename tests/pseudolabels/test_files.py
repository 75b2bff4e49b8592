from pathlib import Path

from echoweave.pseudolabels.files import by_direction, label_names, label_path


def test_a_sequence_has_a_file_in_each_direction() -> None:
    folder = Path("pseudolabels/dis")
    names = label_names(["patient0001_2CH"])
    assert names == [f"{one}/patient0001_2CH.nii.gz" for one in ("forward", "backward", "fused")]
    assert folder / names[1] == label_path(folder, "backward", "patient0001_2CH")


def test_files_are_told_apart_by_their_folder() -> None:
    fused, forward = Path("dis/fused/a.nii.gz"), Path("dis/forward/a.nii.gz")
    assert by_direction([fused, forward]) == {
        "forward": [forward],
        "backward": [],
        "fused": [fused],
    }
