"""The data sets that a cohort can be built from, by their name in the config."""

from collections.abc import Mapping
from types import MappingProxyType

from echoweave.datasets.base import Dataset
from echoweave.datasets.camus import CAMUS
from echoweave.errors import InputError, Problem

DATASETS: Mapping[str, Dataset] = MappingProxyType({one.name: one for one in (CAMUS,)})


def dataset_of(name: str) -> Dataset:
    """Return the data set of that name, ``data.dataset``.

    Raises:
        InputError: There is none.
    """
    if name not in DATASETS:
        what, remedy = f"there is no data set {name!r}", f"choose among {', '.join(DATASETS)}"
        raise InputError(Problem("config", "data.dataset", what, remedy))
    return DATASETS[name]
