import json
from pathlib import Path
from typing import Any

import pytest

from echoweave.bundles.bundle import read_bundle
from echoweave.errors import InputError
from tests.bundles.bright import write_bright_bundle


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_bundle(folder)
    return str(caught.value).replace(str(folder), "BUNDLE")


def test_a_bundle_is_read(tmp_path):
    bundle = read_bundle(write_bright_bundle(tmp_path / "bright"))
    assert (bundle.name, bundle.folds, bundle.label_values) == ("bright", 2, (0, 1))
    assert [file.name for file in bundle.networks[0].files] == ["2d_0.onnx", "2d_1.onnx"]
    assert bundle.networks[0].window == (64, 64)


def test_a_copy_has_the_same_digest(tmp_path):
    first = read_bundle(write_bright_bundle(tmp_path / "a"))
    second = read_bundle(write_bright_bundle(tmp_path / "b"))
    assert first.digest == second.digest


def test_a_folder_without_a_bundle(tmp_path):
    assert refused(tmp_path) == (
        "BUNDLE: --model: is no bundle: it has no bundle.json; give a folder that the target "
        "`bundle` made, such as results/bundles/dense3d"
    )


def test_a_network_that_was_changed(tmp_path):
    folder = write_bright_bundle(tmp_path / "bright")
    file = folder / "2d_1.onnx"
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    assert refused(folder) == (
        "BUNDLE/2d_1.onnx: was changed: its SHA-256 is not that of bundle.json; copy the whole "
        "bundle again, or make it again"
    )


def test_every_missing_file_is_named(tmp_path):
    folder = write_bright_bundle(tmp_path / "bright")
    for file in folder.glob("*.onnx"):
        file.unlink()
    assert [line.partition(": ")[2] for line in refused(folder).splitlines()] == 2 * [
        "the file is missing; copy the whole bundle again, or make it again"
    ]


def test_a_network_without_a_checksum(tmp_path):
    folder = write_bright_bundle(tmp_path / "bright", files={})
    assert "BUNDLE/bundle.json: files.2d_0.onnx: has no checksum" in refused(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read (Expecting value"),
        ("[1, 2]", "no bundle of EchoWeave ([1, 2] is not of type 'object')"),
        ("{}", "no bundle of EchoWeave ('echoweave_bundle' is a required property)"),
        ('{"echoweave_bundle": 2}', "a bundle of format 2, which a newer EchoWeave made"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_a_foreign_description(tmp_path, text, said):
    folder = write_bright_bundle(tmp_path / "bright")
    (folder / "bundle.json").write_text(text)
    assert said in refused(folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label_values": [0, 9]}, "label_values.1: no bundle"),
        ({"unit": "cm"}, "unit: no bundle"),
        ({"networks": []}, "networks: no bundle"),
        ({"surprise": 1}, "Additional properties are not allowed ('surprise' was unexpected)"),
    ],
)
def test_a_description_that_says_what_none_says(tmp_path, changes, said):
    folder = write_bright_bundle(tmp_path / "bright")
    edit(folder, **changes)
    assert said in refused(folder)


def test_files_elsewhere_are_not_followed(tmp_path):
    folder = write_bright_bundle(tmp_path / "bright")
    content = json.loads((folder / "bundle.json").read_text())
    content["networks"][0]["files"][0] = "../other.onnx"
    edit(folder, networks=content["networks"])
    assert "networks.0.files.0: no bundle" in refused(folder)
