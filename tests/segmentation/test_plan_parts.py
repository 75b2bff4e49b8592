"""Parts of a plan that no network could be trained with are refused before any job."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from echoweave.segmentation.plan_parts import part_problems, plan_problems

ROOT = Path(__file__).parents[2]
SOUND: dict[str, Any] = {
    "patch_size": [4, 32, 48],
    "features_per_stage": [4, 8, 8],
    "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 3]],
    "kernel_sizes": [[1, 3, 3], [1, 3, 3], [3, 3, 3]],
    "convs_per_stage": 1,
}


def said(changed: dict[str, Any], configuration: str = "3d_fullres") -> list[str]:
    problems = part_problems(configuration, changed)
    return [
        str(one).removeprefix(f"config: segmentation.plans.{configuration}") for one in problems
    ]


@pytest.mark.parametrize("part", SOUND)
def test_a_sound_plan_and_each_of_its_parts_alone(part: str) -> None:
    assert said(SOUND) == []
    assert said({part: SOUND[part]}) == []
    assert said({}) == []


@pytest.mark.parametrize(
    "name",
    [
        "config/phantom.yaml",
        "config/phantom-echonet.yaml",
        "config/echonet.yaml",
        "tests/workflow/tiny.yaml",
    ],
)
def test_our_own_plans_are_sound(name: str) -> None:
    plans = yaml.safe_load((ROOT / name).read_text())["segmentation"]["plans"]
    assert plans["2d"]
    assert plan_problems(plans) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"patch_size": [32, 32]},
            ".patch_size: [32, 32] is not a size [T or Z, Y, X]; give 3 numbers",
        ),
        (
            {"strides": [[1, 1], [2, 2], [2, 2]]},
            ".strides: [1, 1] is not [T or Z, Y, X]; give each stage 3 numbers",
        ),
        (
            {"kernel_sizes": [[3, 3, 3], [3, 3, 3], [3, 3]]},
            ".kernel_sizes: [3, 3] is not [T or Z, Y, X]; give each stage 3 numbers",
        ),
        (
            {"features_per_stage": [4, 8, 8, 8]},
            ": stages differ or are too few: features_per_stage 4, strides 3, kernel_sizes 3; give "
            "each of them one entry a stage, and 3 stages at least",
        ),
        (
            {"strides": [[1, 2, 2], [1, 2, 2], [2, 2, 3]]},
            ".strides: the first is [1, 2, 2]; let the first stage keep the size, with 1 for every "
            "axis",
        ),
        (
            {"kernel_sizes": [[1, 3, 3], [1, 2, 2], [3, 3, 3]]},
            ".kernel_sizes: [1, 2, 2] has no pixel in its middle; give odd numbers",
        ),
        (
            {"patch_size": [4, 30, 48]},
            ".patch_size: [4, 30, 48] cannot be divided by all strides together, [2, 4, 6]; make "
            "each side a multiple of that",
        ),
        (
            {"patch_size": [2, 4, 6]},
            ".patch_size: [2, 4, 6] is a single pixel in the coarsest stage; make a side longer, "
            "or leave a stage out",
        ),
    ],
)
def test_what_cannot_be_trained(changed: dict[str, Any], expected: str) -> None:
    assert said(SOUND | changed) == [expected]


def test_two_stages_are_too_few() -> None:
    assert said({"features_per_stage": [8, 8]}, "2d") == [
        ": stages differ or are too few: features_per_stage 2; give each of them one entry a "
        "stage, and 3 stages at least"
    ]


def test_all_configurations_and_all_parts_are_listed() -> None:
    wrong = {"patch_size": [4, 4, 4], "strides": [[1, 1, 1]] * 3}
    problems = plan_problems({"2d": wrong, "3d_fullres": SOUND | {"patch_size": [4, 4]}})
    assert [one.key for one in problems] == [
        "segmentation.plans.2d.patch_size",
        "segmentation.plans.2d.strides",
        "segmentation.plans.3d_fullres.patch_size",
    ]


def test_a_plan_that_stands_elsewhere_is_named_by_its_own_place() -> None:
    parts = {"patch_size": [4, 4], "features_per_stage": [8, 8]}
    problems = part_problems("3d_fullres", parts, "learn2reg.noisy.plan")
    assert [one.key for one in problems] == [
        "learn2reg.noisy.plan.patch_size",
        "learn2reg.noisy.plan",
    ]
