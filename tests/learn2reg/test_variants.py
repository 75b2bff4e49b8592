from pathlib import Path
from typing import Any

import yaml

from echoweave.learn2reg.settings import PairTrainingSettings
from echoweave.learn2reg.variants import PAIR_NETWORKS, training_of

CONFIG = Path(__file__).parents[2] / "config/config.yaml"


def settings_of(name: str) -> dict[str, Any]:
    section = yaml.safe_load(CONFIG.read_text())["learn2reg"]
    return training_of(PAIR_NETWORKS[name], section["training"], section["pretraining"])


def test_a_network_of_all_cohorts_learns_as_the_pretraining_says() -> None:
    assert {name: network.section for name, network in PAIR_NETWORKS.items()} == {
        "baseline": "learn2reg.training",
        "symmetric": "learn2reg.training",
        "pretraining-unsupervised": "learn2reg.pretraining",
        "pretraining-noisy": "learn2reg.pretraining",
        "pretrained": "learn2reg.training",
        "noisy-labels": "learn2reg.training",
    }


def test_how_a_training_runs_is_none_of_what_makes_it_stale() -> None:
    """These settings are the params of its rule."""
    assert "checkpointing" not in settings_of("symmetric")
    PairTrainingSettings.from_config(settings_of("symmetric"), "learn2reg.training")


def test_each_network_differs_in_what_its_row_says() -> None:
    def own(name: str) -> dict[str, Any]:
        rest = settings_of("symmetric")
        return {key: value for key, value in settings_of(name).items() if value != rest[key]}

    assert own("baseline") == {"symmetric": False}
    assert own("pretraining-noisy") == {"iterations": 6000}
    assert own("pretraining-unsupervised") == {"iterations": 6000, "dice_weight": 0}
    assert own("noisy-labels") == {}
