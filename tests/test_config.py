"""config.yaml, its overlays and the schema agree, and errors say what to do."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from echoweave.config import check_config, config_slice
from echoweave.config_values import resolved
from echoweave.errors import InputError
from echoweave.segmentation.plan_parts import plan_problems

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "config/schema.yaml"


def load(name: str) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((ROOT / "config" / name).read_text())
    return config


def overlaid(config: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(config)
    for key, value in overlay.items():
        nested = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = overlaid(result[key], value) if nested else value
    return result


def problems(overlay: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError) as caught:
        check_config(overlaid(load("config.yaml"), overlay), SCHEMA)
    return [str(problem) for problem in caught.value.problems]


OVERLAYS = ("paper.yaml", "quick.yaml", "echonet.yaml", "phantom.yaml", "phantom-echonet.yaml")


@pytest.mark.parametrize("name", ["config.yaml", *OVERLAYS])
def test_our_own_configs_are_sound(name: str) -> None:
    check_config(overlaid(load("config.yaml"), load(name)), SCHEMA)


def test_the_demo_of_echonet_goes_over_the_settings_for_it() -> None:
    stacked = overlaid(
        overlaid(load("config.yaml"), load("echonet.yaml")), load("phantom-echonet.yaml")
    )
    check_config(stacked, SCHEMA)
    assert plan_problems(stacked["segmentation"]["plans"]) == []
    assert stacked["folds"] == "published"


def keys_of(schema: Mapping[str, Any], whole: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    result = []
    for key, value in resolved(schema, whole).get("properties", {}).items():
        below = keys_of(value, whole)
        result += [(f"{key}.{name}", entry) for name, entry in below] or [(key, value)]
    return result


def test_every_key_of_the_schema_is_described() -> None:
    schema = yaml.safe_load(SCHEMA.read_text())
    keys = keys_of(schema, schema)
    assert len(keys) > 40
    assert [key for key, entry in keys if not entry.get("description")] == []


def test_overlays_only_name_keys_of_the_default() -> None:
    def paths(config: dict[str, Any], prefix: str = "") -> set[str]:
        return {
            name
            for key, value in config.items()
            for name in (
                paths(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key}
            )
        }

    default = {path for path in paths(load("config.yaml")) if ".plans." not in path}
    for name in OVERLAYS:
        named = {path for path in paths(load(name)) if ".plans." not in path}
        assert named <= default


def test_paper_is_plain_nnunet_and_chooses_among_networks() -> None:
    training = {"rotation_degrees": None, "mirroring": ["time", "vertical", "horizontal"]}
    candidates = {"dense3d": ["2d", "3d_fullres"]}
    assert load("paper.yaml")["segmentation"] == {"training": training, "candidates": candidates}


@pytest.mark.parametrize(
    ("section", "line"),
    [
        (
            {"candidates": {"dense3d": []}},
            "config: segmentation.candidates.dense3d: [] should be non-empty; it must be: a list ",
        ),
        (
            {"candidates": {"dense3d": ["3d_lowres"]}},
            "config: segmentation.candidates.dense3d.0: '3d_lowres' is not one of ['2d', ",
        ),
        (
            {"training": {"mirroring": ["left"]}},
            "config: segmentation.training.mirroring.0: 'left' is not one of ['time', ",
        ),
        (
            {"training": {"rotation_degrees": 200}},
            "config: segmentation.training.rotation_degrees: 200 is greater than the maximum of",
        ),
    ],
)
def test_wrong_networks_and_augmentation_are_refused(section: dict[str, Any], line: str) -> None:
    (found,) = problems({"segmentation": section})
    assert found.startswith(line)


def test_an_unknown_key_gets_the_nearest_known_one() -> None:
    assert problems({"pseudolabels": {"fussion": "paper"}}) == [
        "config: pseudolabels.fussion: unknown key; did you mean 'fusion'?"
    ]


def test_a_wrong_value_says_what_it_must_be() -> None:
    (line,) = problems({"folds": 1})
    assert line == (
        "config: folds: 1 is less than the minimum of 2; it must be: an integer from 2 to 20, "
        "or published (number of cross-validation folds, no more than there are training "
        "patients; published is one that the validation patients of the data set validate)"
    )


def test_all_problems_are_listed_at_once() -> None:
    found = problems({"folds": -1, "seed": "x", "data": {"sizes": 3}})
    assert [line.split(": ")[1] for line in found] == ["data.sizes", "folds", "seed"]


def test_the_estimator_in_use_must_be_listed() -> None:
    (line,) = problems({"pseudolabels": {"use": "dis", "estimators": ["still"]}})
    assert line == (
        "config: pseudolabels.use: 'dis' is not among pseudolabels.estimators; "
        "choose one of still or add it to the list"
    )


def test_joint_registration_has_whole_grid_cells() -> None:
    (line,) = problems({"pseudolabels": {"joint": {"size": 250}}})
    assert line == (
        "config: pseudolabels.joint.grid_spacing_px: size 250 is not a multiple of 8; "
        "change one of them"
    )


def test_slices_are_canonical() -> None:
    one = config_slice({"a": {"y": 1, "x": 2}, "b": 3}, "a")
    other = config_slice({"b": 4, "a": {"x": 2, "y": 1}}, "a")
    assert repr(one) == repr(other) == "{'a': {'x': 2, 'y': 1}}"


def test_a_slice_takes_the_last_part_of_a_name() -> None:
    assert config_slice({"a": {"b": {"c": 1}}}, "a.b.c") == {"c": 1}
