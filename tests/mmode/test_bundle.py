import json

import pytest

from echoweave.bundles.bundle import read_bundle
from echoweave.errors import InputError
from echoweave.mmode.bundle import read_mmode_bundle
from tests.bundles.bright import write_bright_bundle
from tests.mmode.dark import write_dark_bundle


def refused(read, folder) -> str:
    with pytest.raises(InputError) as caught:
        read(folder)
    return str(caught.value).replace(str(folder), "BUNDLE")


def test_a_bundle_is_read(tmp_path):
    bundle = read_mmode_bundle(write_dark_bundle(tmp_path / "b", size=32, threshold=0.7))
    assert (bundle.network.kind, bundle.network.size) == ("quicknat", 32)
    assert bundle.network.file == tmp_path / "b/quicknat.onnx"
    assert (bundle.quality.file.name, bundle.quality.threshold) == ("quality.onnx", 0.7)
    assert (bundle.species, bundle.windows) == ("mouse", (1.0,))


def test_a_bundle_may_judge_nothing(tmp_path):
    assert read_mmode_bundle(write_dark_bundle(tmp_path / "b", judges=False)).quality is None


def test_a_bundle_for_clips_does_not_segment_strips(tmp_path):
    assert refused(read_mmode_bundle, write_bright_bundle(tmp_path / "b")) == (
        "BUNDLE: --model: is a bundle for B-mode clips, and M-mode strips are to be segmented; "
        "give a folder that the target `mmode` made, such as results/mmode/bundles/quicknat"
    )


def test_a_bundle_for_strips_does_not_segment_clips(tmp_path):
    assert refused(read_bundle, write_dark_bundle(tmp_path / "b")) == (
        "BUNDLE: --model: is a bundle for M-mode strips, and B-mode clips are to be segmented; "
        "give a folder that the target `bundle` made, such as results/bundles/dense3d"
    )


def test_a_network_that_was_changed_or_is_missing(tmp_path):
    folder = write_dark_bundle(tmp_path / "b")
    (folder / "quality.onnx").write_bytes(b"other")
    (folder / "quicknat.onnx").unlink()
    again = "copy the whole bundle again, or make it again"
    assert refused(read_mmode_bundle, folder).splitlines() == [
        f"BUNDLE/quality.onnx: was changed: its SHA-256 is not that of bundle.json; {again}",
        f"BUNDLE/quicknat.onnx: the file is missing; {again}",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"echoweave_mmode_bundle": 2}, "a bundle of format 2, which a newer EchoWeave made"),
        ({"files": {}}, "files.quality.onnx: has no checksum"),
        ({"species": "rat"}, "species: no bundle of EchoWeave"),
        ({"windows": [1.5]}, "windows.0: no bundle of EchoWeave"),
        ({"quality": {"file": "../x.onnx", "size": 1, "threshold": 1}}, "quality.file: no bundle"),
        ({"surprise": 1}, "Additional properties are not allowed ('surprise' was unexpected)"),
    ],
)
def test_a_description_that_says_what_none_says(tmp_path, changes, said):
    assert said in refused(read_mmode_bundle, write_dark_bundle(tmp_path / "b", **changes))


def test_a_folder_without_a_bundle(tmp_path):
    (tmp_path / "b").mkdir()
    assert "BUNDLE: --model: is no bundle: it has no bundle.json" in refused(
        read_mmode_bundle, tmp_path / "b"
    )
    folder = write_dark_bundle(tmp_path / "c")
    (folder / "bundle.json").write_text(json.dumps(["no bundle"]))
    assert "is not of type 'object'" in refused(read_mmode_bundle, folder)
