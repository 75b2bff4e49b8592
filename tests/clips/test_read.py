"""What is told counts more than what a file says; the phantom is read as it was written."""

from pathlib import Path

import numpy as np
import pytest

from echoweave.clips.clip import EchoClip
from echoweave.clips.listing import list_clips
from echoweave.clips.naming import clip_name
from echoweave.clips.read import read_clip
from echoweave.io.images import read_image
from echoweave.io.tables import read_tsv
from tests.clips.samples import read_sample, write_sample_dicom


@pytest.fixture(scope="module")
def clips(phantom_clips: Path) -> dict[str, EchoClip]:
    """The clips of the phantom by the names of their files."""
    listing = list_clips([phantom_clips / "clips"])
    assert listing.problems == ()
    return {file.name: read_clip(file) for file in listing.clips}


def test_options_count_more_than_tags(tmp_path: Path) -> None:
    write_sample_dicom(tmp_path / "a4c.dcm")
    clip = read_sample(tmp_path / "a4c.dcm", spacing=(1.0, 0.5), frame_rate_hz=100, view="2CH")
    assert (clip.spacing, clip.view) == ((1.0, 0.5), "2CH")
    assert clip.times_ms is not None
    assert clip.times_ms.tolist() == [0, 10, 20, 30, 40, 50]
    assert dict(clip.sources) == {
        "spacing": "the option --spacing",
        "times_ms": "the option --frame-rate",
        "view": "the option --view",
    }


def test_the_phantom_is_read_as_it_was_written(
    clips: dict[str, EchoClip], phantom_clips: Path
) -> None:
    truth = read_tsv(phantom_clips / "truth/truth.tsv").set_index("clip")
    assert list(clips) == truth.index.tolist()
    for name, clip in clips.items():
        row = truth.loc[name]
        mask = read_image(phantom_clips / f"truth/{row['patient']}_{row['view']}.nii.gz")
        assert clip.frames.shape == mask.array.shape
        assert clip.view == row["view"]
        assert clip.times_ms is not None
        assert 1000 / clip.times_ms[1] == pytest.approx(row["frame_rate_hz"], rel=1e-3)
        if name.endswith(".dcm"):
            assert clip.spacing == pytest.approx((row["sy_mm"], row["sx_mm"]), rel=1e-4)
        else:
            assert clip.spacing is None


def test_the_heart_lies_in_the_box_and_names_lie_beside_it(
    clips: dict[str, EchoClip], phantom_clips: Path
) -> None:
    clip = clips["patient0001_4CH.dcm"]
    labels = read_image(phantom_clips / "truth/patient0001_4CH.nii.gz").array
    outside = np.ones(labels.shape[1:], bool)
    outside[clip.box.slices] = False
    assert labels.any()
    assert not labels[:, outside].any()
    assert (clip.frames[:, : clip.box.top] > 200).any()


def test_views_of_a_patient_belong_together(clips: dict[str, EchoClip]) -> None:
    patients = [
        clips[f"patient000{n}_{view}.dcm"].patient for n in (1, 2) for view in ("2CH", "4CH")
    ]
    assert patients[0] == patients[1] != patients[2] == patients[3]


def test_names_of_the_phantom_are_secret(clips: dict[str, EchoClip], phantom_clips: Path) -> None:
    for file in list_clips([phantom_clips / "clips"]).clips:
        assert clip_name(file, clips[file.name].secrets, ()) == file.stem
    assert "EW7-0001" in clips["patient0001_2CH.dcm"].secrets
