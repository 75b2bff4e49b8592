"""Readers of files from elsewhere, fed damaged ones: sound arrays or an InputError, nothing else.

Seeded and short here. A campaign: FUZZ_EXAMPLES=20000 python -m pytest tests/fuzz
"""

import os
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoweave.errors import InputError
from echoweave.io.cache import EchoSequence, read_sequence, read_views, write_patient
from echoweave.io.cfg import read_cfg
from echoweave.io.images import read_image, write_image
from echoweave.io.tables import read_tsv
from echoweave.io.training_state import TrainingState, load_state, save_state
from echoweave.io.video import read_video, write_video
from echoweave.registration.checkpoint import Checkpoint, load_network, save_checkpoint
from echoweave.registration.networks.registry import build_network
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import PatientSplit
from tests.bad_input.configs import DIRNET
from tests.data_tree import Tree
from tests.echonet_tree import EchoNetTree, two_clips, video_frames
from tests.fuzz.mutations import Strategy, damaged, either

CAMPAIGN = os.environ.get("FUZZ_EXAMPLES")
CLIP = np.arange(3 * 6 * 8, dtype=np.int16).reshape(3, 6, 8)
SPACING_MM = (0.2, 0.1)
Read = Callable[[Path], None]
fuzzed = settings(
    max_examples=int(CAMPAIGN or 60),
    derandomize=CAMPAIGN is None,
    database=None,
    deadline=None if CAMPAIGN is None else 10_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def check_image(path: Path) -> None:
    image = read_image(path)
    assert image.array.ndim in (2, 3)
    assert image.array.dtype.kind in "iuf"
    assert np.isfinite(image.array).all()
    assert 0 < min(image.spacing_mm) <= max(image.spacing_mm) < np.inf


def check_cfg(path: Path) -> None:
    assert all("\n" not in key + value for key, value in read_cfg(path).items())


def check_cache(path: Path) -> None:
    for view in read_views(path):
        sequence = read_sequence(path, view)
        assert sequence.frames.dtype == np.uint8
        assert 0 <= sequence.ed < sequence.es < len(sequence.frames)


def check_table(path: Path) -> None:
    assert len(read_tsv(path).columns) > 0


def check_avi(path: Path) -> None:
    frames = read_video(path)
    assert frames.dtype == np.uint8
    assert frames.ndim == 3


def write_avi(path: Path) -> None:
    write_video(path, video_frames(1), 50)


def write_mhd(path: Path) -> None:
    write_image(path, CLIP, SPACING_MM)


def write_zraw(path: Path) -> None:
    header = path.with_suffix(".mhd")
    write_image(header, CLIP, SPACING_MM)
    text = header.read_text().replace(".raw", ".zraw")
    header.write_text(text.replace("CompressedData = False", "CompressedData = True"))
    path.write_bytes(zlib.compress(CLIP.tobytes()))


def write_cache(path: Path) -> None:
    frames = np.arange(3 * 8 * 8, dtype=np.uint8).reshape(3, 8, 8)
    labels = frames[[0, 2]] % 4
    one = EchoSequence(
        "patient0001", "2CH", frames, 0, 2, SPACING_MM, (6, 8), SPACING_MM, labels=labels
    )
    write_patient(path, [one, replace(one, view="4CH", quality="Good", age=56.0)])


def write_cfg(path: Path) -> None:
    path.write_text("ED: 1\nES: 3\nNbFrame: 3\nSex: F\nAge: 56\nImageQuality: Good\nEF: 52\n")


def write_table(path: Path) -> None:
    path.write_text("ted_id\tpatient\tscore\npatient001\tpatient0001\t0.97\n")


SMALL = ModelSettings.from_config(
    DIRNET | {"size": 32, "grid_spacing_px": 8, "kernels": 2, "rim_share": 0}, "here"
)


def write_checkpoint(path: Path) -> None:
    torch.manual_seed(0)
    weights = build_network(SMALL, "here").state_dict()
    save_checkpoint(path, Checkpoint(weights, SMALL, PatientSplit(["patient0001"], [], []), 5, 8))


def check_checkpoint(path: Path) -> None:
    assert load_network(path)[1].size > 0


def write_state(path: Path) -> None:
    save_state(path, TrainingState(iteration=3, network={"w": torch.zeros(4)}), "made by")


def check_state(path: Path) -> None:
    state = load_state(path, "made by")
    assert state is None or isinstance(state.iteration, int)


FILES: dict[str, tuple[str, Callable[[Path], Any], Read, Strategy]] = {
    "MetaImage header": ("clip.mhd", write_mhd, check_image, either),
    "NIfTI": ("clip.nii", lambda path: write_image(path, CLIP, SPACING_MM), check_image, damaged),
    "zipped NIfTI": (
        "clip.nii.gz",
        lambda path: write_image(path, CLIP, SPACING_MM),
        check_image,
        damaged,
    ),
    "AVI": ("clip.avi", write_avi, check_avi, damaged),
    "cfg": ("Info_4CH.cfg", write_cfg, check_cfg, either),
    "cache": ("patient0001.h5", write_cache, check_cache, damaged),
    "table": ("pairs.tsv", write_table, check_table, either),
    "checkpoint": ("model.pt", write_checkpoint, check_checkpoint, damaged),
    "state of a training": ("state.pt", write_state, check_state, damaged),
}


@pytest.mark.parametrize("name", FILES)
@fuzzed
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    file, write, read, strategy = FILES[name]
    sound, path = tmp_path / "sound" / file, tmp_path / file
    if not sound.exists():
        sound.parent.mkdir()
        write(sound)
        for beside in sound.parent.iterdir():
            (tmp_path / beside.name).write_bytes(beside.read_bytes())
    path.write_bytes(data.draw(strategy(sound.read_bytes())))
    try:
        read(path)
    except InputError as error:
        assert all(problem.file == str(path) for problem in error.problems)
        assert len(str(error).splitlines()) == len(error.problems)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """One training patient of the NIfTI release; each example spoils and mends a text file."""
    tree = Tree(tmp_path_factory.mktemp("tree"), "nifti")
    tree.add()
    return tree


@pytest.mark.parametrize("name", ["Info_4CH.cfg", "subgroup_training.txt"])
@fuzzed
@given(data=st.data())
def test_a_tree_with_a_damaged_text_is_loaded_or_refused(
    tree: Tree, name: str, data: st.DataObject
) -> None:
    (path,) = tree.camus.rglob(name)
    sound = path.read_bytes()
    path.write_bytes(data.draw(either(sound)))
    try:
        cohort = tree.load()
    except InputError as error:
        assert all(problem.file.startswith(str(tree.camus)) for problem in error.problems)
    else:
        facts = cohort.sequences[0].facts
        assert np.isfinite(facts.stored_ed + facts.stored_es)
        assert not facts.frame_rate_hz <= 0
    finally:
        path.write_bytes(sound)


@pytest.fixture(scope="module")
def echonet(tmp_path_factory: pytest.TempPathFactory) -> EchoNetTree:
    """Two clips, for training and testing."""
    return two_clips(tmp_path_factory.mktemp("echonet"))


@pytest.mark.parametrize("name", ["FileList.csv", "VolumeTracings.csv"])
@pytest.mark.parametrize("on_bad_input", ["stop", "exclude"])
@fuzzed
@given(data=st.data())
def test_an_echonet_tree_with_a_damaged_table_is_loaded_or_refused(
    echonet: EchoNetTree, name: str, on_bad_input: str, data: st.DataObject
) -> None:
    path = echonet.file(name)
    sound = path.read_bytes()
    path.write_bytes(data.draw(either(sound)))
    echonet.config["data"]["on_bad_input"] = on_bad_input
    try:
        cohort = echonet.load()
    except InputError as error:
        assert all(problem.file.startswith(str(echonet.root)) for problem in error.problems)
        assert len(str(error).splitlines()) == len(error.problems)
    else:
        for source in cohort.sequences:
            assert min(source.facts.stored_ed, source.facts.stored_es) >= 0
            assert max(source.facts.stored_ed, source.facts.stored_es) < 6
            masks = source.files.read_masks()
            assert masks is not None
            assert masks.any(axis=(1, 2)).all()
            assert np.isfinite(source.facts.ef_percent)
    finally:
        path.write_bytes(sound)
