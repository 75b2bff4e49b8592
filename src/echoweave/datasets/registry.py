"""The data sets that a cohort can be built from, by their name in the config."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from echoweave.datasets.base import Dataset
from echoweave.datasets.camus import CAMUS
from echoweave.datasets.echonet import ECHONET
from echoweave.errors import InputError, Problem

DATASETS: Mapping[str, Dataset] = MappingProxyType({one.name: one for one in (CAMUS, ECHONET)})


def dataset_of(data: Mapping[str, Any]) -> Dataset:
    """Return the data set that ``data`` of the config names, whose section it must hold.

    Raises:
        InputError: There is no such data set, or no such section.
    """
    name = data["dataset"]
    if name not in DATASETS:
        what, remedy = f"there is no data set {name!r}", f"choose among {', '.join(DATASETS)}"
        raise InputError(Problem("config", "data.dataset", what, remedy))
    if name not in data:
        what, remedy = "the section is missing", "say in it where the data lie, root: /data/..."
        raise InputError(Problem("config", f"data.{name}", what, remedy))
    return DATASETS[name]
