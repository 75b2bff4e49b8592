"""Axis 0 of a whole-sequence case is time for nnU-Net, whatever the size and the pixels."""

import json
from pathlib import Path
from typing import Any

import blosc2
import numpy as np
import pandas as pd
import pytest

from echoweave.errors import InputError
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import read_array, write_image, write_sequence
from echoweave.io.tables import write_tsv
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.axes import check_time_axis, frame_step
from echoweave.segmentation.files import preprocessed_folder, raw_folder
from echoweave.segmentation.nnunet import pools, quiet, set_environment
from echoweave.segmentation.plan import make_plans

from .study import Study

# The field of view of a CAMUS image, (height, width) in mm.
VIEW = (145.5, 180.0)
Spacing = tuple[float, float]


def write_data(folder: Path, size: int, spacings: list[Spacing], frames: int = 20) -> Study:
    """Write a patient for each spacing; every pixel of frame t is 10 (t + 1), two are labelled."""
    quality = []
    for number, spacing in enumerate(spacings, start=1):
        images = np.repeat(np.arange(1, frames + 1, dtype=np.uint8) * 10, size * size)
        images = images.reshape(frames, size, size)
        labels = np.zeros_like(images)
        labels[:, size // 4 : size // 2, size // 4 : size // 2] = 1
        echo = EchoSequence(
            patient=f"patient{number:04d}",
            view="4CH",
            frames=images,
            ed=0,
            es=frames - 1,
            spacing=spacing,
            native_shape=(size, size),
            native_spacing=spacing,
            labels=labels[[0, -1]],
        )
        write_patient(folder / f"cache/{echo.patient}.h5", [echo])
        write_sequence(
            folder / f"pseudolabels/dirnet/fused/{echo.name}.nii.gz", labels, echo.spacing
        )
        quality += [
            {"sequence": echo.name, "frame": frame, "reference": "", "score": 1.0}
            for frame in range(frames)
        ]
    write_tsv(pd.DataFrame(quality), folder / "pseudolabels/dirnet/quality.tsv")
    return Study(folder)


def plans_of(study: Study, arm: str) -> dict[str, Any]:
    set_environment(study.root, 1)
    with quiet(), pools(1):
        return make_plans(ARMS[arm], study.root, 1)


def planned(folder: Path, arm: str, size: int, spacing: Spacing) -> dict[str, Any]:
    """What nnU-Net plans for four patients with these pixels."""
    study = write_data(folder, size, [spacing] * 4)
    study.write_raw(arm)
    return plans_of(study, arm)


def network(plans: dict[str, Any]) -> list[Any]:
    """Patch, strides and kernels of the 3-D network."""
    planned = plans["configurations"]["3d_fullres"]
    own = planned["architecture"]["arch_kwargs"]
    return json.loads(json.dumps([planned["patch_size"], own["strides"], own["kernel_sizes"]]))


@pytest.mark.parametrize("size", [64, 96, 112, 128, 256, 512])
def test_time_stays_first_and_networks_begin_alike_at_every_size(size: int, tmp_path: Path) -> None:
    plans = planned(tmp_path, "dense3d", size, (VIEW[0] / size, VIEW[1] / size))
    assert plans["transpose_forward"] == [0, 1, 2]
    patch, strides, kernels = network(plans)
    assert patch[0] <= 20 < patch[1]
    # It pools twice in the frame before over time; kernels see other frames at a quarter the size.
    assert strides[:4] == [[1, 1, 1], [1, 2, 2], [1, 2, 2], [2, 2, 2]]
    assert kernels[:3] == [[1, 3, 3], [1, 3, 3], [3, 3, 3]]


@pytest.mark.parametrize(
    "spacing",
    [(0.3, 0.3), (3.0, 3.0), (0.0003, 0.0003)],
    ids=["CAMUS at 512", "coarse", "metres taken for mm"],
)
def test_what_a_pixel_is_in_mm_does_not_change_the_network(
    spacing: Spacing, tmp_path: Path
) -> None:
    unknown = planned(tmp_path / "unknown", "dense3d", 64, (1.0, 1.0))
    plans = planned(tmp_path / "known", "dense3d", 64, spacing)
    assert plans["transpose_forward"] == [0, 1, 2]
    assert network(plans) == network(unknown)


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
@pytest.mark.parametrize("spacing", [(0.4, 3.0), (3.0, 0.4), (2.0, 1.6)])
def test_time_stays_first_with_pixels_that_are_not_square(
    arm: str, spacing: Spacing, tmp_path: Path
) -> None:
    assert planned(tmp_path, arm, 64, spacing)["transpose_forward"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("spacings", "step"),
    [
        ([(0.3, 0.3)], 1.5),
        ([(1.0, 1.0), (1.0, 1.0)], 5.0),
        # The median pixel is 0.4 x 0.2 mm.
        ([(0.2, 0.1), (0.4, 0.2), (4.0, 2.0)], 2.0),
    ],
)
def test_the_step_is_five_times_the_coarser_side_of_the_median_pixel(
    spacings: list[Spacing], step: float
) -> None:
    assert frame_step(spacings) == pytest.approx(step)


def test_patients_with_other_pixels_are_resampled_within_their_frames_alone(tmp_path: Path) -> None:
    """One has pixels coarser than the step, and not square."""
    spacings = [(0.5, 0.4), (0.5, 0.4), (0.5, 0.4), (0.8, 0.4), (0.3, 0.2), (4.0, 1.0)]
    study = write_data(tmp_path, 32, spacings, frames=6)
    folds = {f"patient{number:04d}": number % 2 for number in range(1, 7)}
    study.write_raw("dense3d", folds=folds)
    study.plan("dense3d")
    folder = preprocessed_folder(study.root, ARMS["dense3d"])
    sizes = {}
    for path in (folder / "nnUNetPlans_3d_fullres").glob("*_4CH.b2nd"):
        frames = np.asarray(blosc2.open(str(path))[0])
        sizes[path.name[:11]] = frames.shape
        # Frames are of one brightness each: what is mixed over time would have another.
        assert np.ptp(frames, axis=(1, 2)).max() < 1e-4
        assert np.diff(frames[:, 0, 0]) == pytest.approx(np.full(5, 0.5855), abs=1e-3)
    assert sizes["patient0001"] == (6, 32, 32)
    assert sizes["patient0004"] == (6, 51, 32)
    assert sizes["patient0005"] == (6, 19, 16)
    assert sizes["patient0006"] == (6, 256, 80)


def test_a_raw_data_set_whose_frames_are_closer_than_its_pixels_is_refused(tmp_path: Path) -> None:
    study = write_data(tmp_path, 32, [(3.0, 2.0)] * 4, frames=6)
    study.write_raw("dense3d")
    for path in raw_folder(study.root, ARMS["dense3d"]).rglob("*.nii.gz"):
        write_image(path, read_array(path), (3.0, 2.0), frame_step=1.5)
    with pytest.raises(InputError, match=r"Dataset572.*: transpose_forward: .* \[1, 0, 2\]"):
        study.plan("dense3d")


def test_a_2d_plan_and_differing_steps_are_checked_as_well() -> None:
    with pytest.raises(InputError) as caught:
        check_time_axis({"transpose_forward": [2, 0, 1]}, [1.5, 1.5, 2.0], "raw")
    assert [str(problem).partition(";")[0] for problem in caught.value.problems] == [
        "raw: transpose_forward: nnU-Net would put the axes in the order [2, 0, 1], time not first",
        "raw: spacings: cases differ in the step between frames, nnU-Net would resample over time",
    ]
    check_time_axis({"transpose_forward": [0, 1, 2]}, [1.5, 1.5], "raw")
