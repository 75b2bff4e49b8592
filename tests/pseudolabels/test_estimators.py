import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tests.motion import MOTION, sliding_texture

from echoweave.errors import InputError
from echoweave.pseudolabels.estimators.registry import (
    UNTRAINED,
    device_of,
    label_keys,
    make_estimator,
    motion_keys,
    unknown_estimators,
)


@pytest.mark.parametrize("name", ["farneback", "dis", "joint"])
@pytest.mark.parametrize("size", [(128, 128), (128, 200), (300, 300)])
def test_optical_flow_finds_a_shift_from_fixed_to_moving(name, size):
    frames = sliding_texture(dy=1.5, dx=-2.0, size=size)
    fields = make_estimator(name, None, MOTION).fields(frames, [(1, 0), (0, 2)])
    assert fields.shape == (2, 2, *size)
    assert fields.dtype == np.float32
    middle = fields[:, :, 30:-30, 30:-30].mean(axis=(2, 3))
    # What frame 1 shows at x was at x - (1.5, -2) in frame 0.
    assert_allclose(middle[0], [-1.5, 2.0], atol=0.15)
    assert_allclose(middle[1], [3.0, -4.0], atol=0.3)


def test_what_rules_import_needs_none_of_what_estimators_import():
    code = (
        "import sys, echoweave.pseudolabels.estimators.registry;"
        "assert not {'torch', 'cv2', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_still_sees_no_motion():
    fields = make_estimator("still", None, MOTION).fields(sliding_texture(1, 1), [(1, 0), (2, 0)])
    assert_array_equal(fields, np.zeros((2, 2, 64, 64)))


def test_estimators_repeat_themselves():
    frames = sliding_texture(dy=1, dx=1)
    for name in UNTRAINED:
        estimator = make_estimator(name, None, MOTION)
        first = estimator.fields(frames, [(1, 0)])
        assert_array_equal(first, estimator.fields(frames, [(1, 0)]))


def test_an_unknown_name_is_refused_with_the_valid_ones():
    with pytest.raises(InputError, match=r"pseudolabels\.estimators.*'farnback'.*farneback"):
        make_estimator("farnback", None, MOTION)


def test_registration_models_are_estimators_too():
    assert unknown_estimators(["still", "dirnet"], ["dirnet"]) == []
    problems = unknown_estimators(["still", "dirnet", "svf"], ["dirnet"])
    assert [problem.key for problem in problems] == ["pseudolabels.estimators"]
    assert "'svf'" in problems[0].what
    assert "still, farneback, dis, joint, dirnet" in problems[0].remedy


def test_networks_and_joint_registration_take_a_gpu_and_the_others_never_do():
    names = ["still", "farneback", "dis", "joint", "dirnet"]
    assert [device_of(name, "auto") for name in names] == ["cpu", "cpu", "cpu", "auto", "auto"]
    assert device_of("dirnet", "cpu") == "cpu"


def test_motion_depends_on_the_keys_of_its_estimator_and_labels_on_more():
    assert motion_keys("joint") == ("registration.rim_share", "pseudolabels.joint")
    # A network has its settings inside, and its checkpoint is an input.
    assert motion_keys("dirnet") == motion_keys("still") == ()
    assert label_keys("dis") == (
        "pseudolabels.propagation",
        "pseudolabels.fusion",
        "pseudolabels.drift_correction",
        "registration.rim_share",
    )


def test_a_missing_checkpoint_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"model\.pt"):
        make_estimator("dirnet", tmp_path / "model.pt", MOTION)


@pytest.mark.parametrize("name", ["farneback", "dis"])
def test_optical_flow_goes_on_from_inside_in_a_rim_that_stands_still(name):
    frames = sliding_texture(dy=0, dx=3, size=(256, 256))
    # 10 % of the width of a linear probe's sector show the same in every frame; beside it is black.
    frames[1:, :, :64] = frames[0, :, :64]
    frames[1:, :, 192:] = frames[0, :, 192:]
    frames[:, :, :48] = frames[:, :, 208:] = 0
    (stuck,) = make_estimator(name, None, MOTION).fields(frames, [(0, 1)])
    (free,) = make_estimator(name, None, MOTION | {"rim_share": 0.2}).fields(frames, [(0, 1)])
    rim = np.s_[1, 40:-40, 50:60]
    assert stuck[rim].mean() < 1
    assert_allclose(free[rim].mean(), 3, atol=0.3)
