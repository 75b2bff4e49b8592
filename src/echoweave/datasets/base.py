"""What a data set tells of itself, for the cohort that is built from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from echoweave.datasets.source import BadInput, Found


class Findings(NamedTuple):
    """What lies in a data tree.

    Attributes:
        found: The sequences, sorted by patient and view.
        bad: What is amiss.
        lists: Files that say which patient is in which split.
    """

    found: list[Found]
    bad: list[BadInput]
    lists: list[Path]


@dataclass(frozen=True)
class Dataset:
    """A data set; what each of its sequences says is in its class of files.

    Attributes:
        name: Its section of ``data`` in the config.
        title: How it is called in the names of nnU-Net's data sets and in tables.
        label_values: What its reference masks tell apart, background included; see
            :mod:`echoweave.labels`.
        find: Lists a tree, given its section of the config and the dense masks by sequence name;
            raises InputError if there is no tree at all.
        whole_clips: Whether its files hold clips of several beats. The cache keeps these beside
            the frames from ED to ES, and ``data.dense_truth`` has a mask of every stored frame.
    """

    name: str
    title: str
    label_values: tuple[int, ...]
    find: Callable[[Mapping[str, Any], Mapping[str, Path]], Findings]
    whole_clips: bool = False
