"""Pictures of another data set: where no unit is shared, they fill the frame as ours do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import read_image
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.ensemble import Ensemble
from echoweave.segmentation.predict_external import predict_external

from .study import Study, echo_of


def predicted(study: Study, folder: Path, arm: str, echo: EchoSequence, same_unit: bool):
    cache = folder / f"{echo.patient}.h5"
    write_patient(cache, [echo])
    predict_external(ARMS[arm], [cache], same_unit, folder / "out", study.root, 1)
    return read_image(folder / f"out/{echo.name}.nii.gz")


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_pixels_of_unknown_size_are_taken_for_those_of_the_training(
    arm: str, trained: Study, tmp_path: Path
) -> None:
    ours = echo_of("patient0007", "4CH")
    theirs = replace(ours, spacing=(1.75, 1.25), unit="px")
    model = Ensemble(ARMS[arm], [0, 1], trained.root)
    image = predicted(trained, tmp_path, arm, theirs, same_unit=False)

    # The training cases of the study have pixels of .5 x .4 mm.
    assert model.median_spacing == pytest.approx(ours.spacing)
    np.testing.assert_array_equal(image.array, model(ours))
    assert image.spacing_mm == pytest.approx((1.75, 1.25))


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_pixels_of_known_size_keep_it(arm: str, trained: Study, tmp_path: Path) -> None:
    echo = replace(echo_of("patient0007", "4CH"), spacing=(1.0, 0.8))
    image = predicted(trained, tmp_path, arm, echo, same_unit=True)

    model = Ensemble(ARMS[arm], [0, 1], trained.root)
    np.testing.assert_array_equal(image.array, model(echo))
    other = model(replace(echo, spacing=model.median_spacing))
    assert (image.array != other).any()
