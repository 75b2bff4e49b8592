"""The rows of the ablation and the networks behind them: each row adds one thing to the one before.

Rules import this module while they are parsed: it needs no torch.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple


class AblationNetwork(NamedTuple):
    """A registration network to train; what is not said here is ``learn2reg.training``.

    Attributes:
        name: Of its folder.
        symmetric: Whether every pair is registered both ways in one step.
        cases: "target": the training cases of the cohort that is measured, "all": those of every
            cohort.
        labels: What the Dice compares: "true" labels, "noisy" ones where these are certain, or
            "none".
        start: The network whose weights it begins with; None: random ones.
    """

    name: str
    symmetric: bool = True
    cases: Literal["target", "all"] = "target"
    labels: Literal["true", "noisy", "none"] = "true"
    start: str | None = None

    @property
    def section(self) -> str:
        """Return where in the config its iterations and learning rate stand."""
        return "learn2reg.pretraining" if self.cases == "all" else "learn2reg.training"

    def __repr__(self) -> str:
        """Short, as it is kept with every output."""
        return f"{self.name}({self.symmetric}, {self.cases}, {self.labels}, {self.start})"


class Variant(NamedTuple):
    """A row of the ablation.

    Attributes:
        name: In the config and in the names of folders.
        network: Name of the network that registers.
        refined: Whether every pair is refined on its own images afterwards.
    """

    name: str
    network: str
    refined: bool = False


_NETWORKS = (
    AblationNetwork("baseline", symmetric=False),
    AblationNetwork("symmetric"),
    AblationNetwork("pretraining-unsupervised", cases="all", labels="none"),
    AblationNetwork("pretraining-noisy", cases="all", labels="noisy"),
    AblationNetwork("pretrained", start="pretraining-unsupervised"),
    AblationNetwork("noisy-labels", start="pretraining-noisy"),
)
PAIR_NETWORKS: Mapping[str, AblationNetwork] = MappingProxyType(
    {one.name: one for one in _NETWORKS}
)
# How a training runs, which changes nothing of what it learns.
_RUNNING = ("checkpointing",)
# What all rows are compared with: nothing moves.
UNREGISTERED = "unregistered"
_VARIANTS = (
    Variant("baseline", "baseline"),
    Variant("symmetric", "symmetric"),
    Variant("pretrained", "pretrained"),
    Variant("noisy-labels", "noisy-labels"),
    Variant("refined", "noisy-labels", refined=True),
)
VARIANTS: Mapping[str, Variant] = MappingProxyType({one.name: one for one in _VARIANTS})


def listed_variants(names: Iterable[str]) -> list[Variant]:
    """Return the variants of a run in the order of the ablation."""
    listed = set(names)
    return [one for one in VARIANTS.values() if one.name in listed]


def needed_networks(variants: Iterable[Variant]) -> list[AblationNetwork]:
    """Return the networks behind ``variants`` and those that they start from."""
    names = {one.network for one in variants}
    names |= {start for name in names if (start := PAIR_NETWORKS[name].start)}
    return [one for one in PAIR_NETWORKS.values() if one.name in names]


def training_of(
    network: AblationNetwork, training: Mapping[str, Any], pretraining: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the settings of one training: what makes it stale if it changes.

    Args:
        network: What is trained.
        training: ``learn2reg.training`` of the config; how a training runs is left out.
        pretraining: ``learn2reg.pretraining``: what differs where all cohorts are learnt from.
    """
    settings = {key: value for key, value in training.items() if key not in _RUNNING}
    settings["symmetric"] = network.symmetric
    if network.cases == "all":
        settings |= pretraining
    if network.labels == "none":
        settings["dice_weight"] = 0
    if not network.symmetric:
        settings["inverse_weight"] = 0
    return settings
