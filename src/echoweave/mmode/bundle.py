"""A bundle for strips: trained networks, and all that is needed to apply them without torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from echoweave.bundles.description import BUNDLE_FILE, STRIPS, read_description
from echoweave.io.checksums import sha256

WindowNetworkKind = Literal["quicknat", "nnunet"]


@dataclass(frozen=True)
class LumenNetwork:
    """What finds the lumen in a window.

    Attributes:
        kind: Which network it is, and so what it takes and gives.
        file: Its ONNX file.
        size: Side that windows are brought to.
        input: (Y, X) of what it sees at once.
    """

    kind: WindowNetworkKind
    file: Path
    size: int
    input: tuple[int, int]


@dataclass(frozen=True)
class QualityNetwork:
    """What says whether a window is good.

    Attributes:
        file: Its ONNX file.
        size: Side that windows are brought to.
        threshold: Least confidence of a good window.
    """

    file: Path
    size: int
    threshold: float


@dataclass(frozen=True)
class MModeBundle:
    """What bundle.schema.json of this package describes, with paths for names.

    Attributes:
        network: Finds the lumen.
        quality: Judges windows; None where no stretches were judged.
        species: Of the animals that were trained on.
        windows: Heights of the training windows, as shares of that of their strip.
        data_set: What it was trained on.
        digest: SHA-256 of bundle.json.
    """

    network: LumenNetwork
    quality: QualityNetwork | None
    species: Literal["mouse", "human"]
    windows: tuple[float, ...]
    data_set: str
    digest: str


def read_mmode_bundle(folder: Path) -> MModeBundle:
    """Read a bundle for strips and check every byte of it against its checksums.

    Args:
        folder: results/mmode/bundles/{network}, or a copy.

    Raises:
        InputError: See :func:`read_description`.
    """
    content = read_description(folder, STRIPS)
    network, quality = content["network"], content["quality"]
    rows, columns = network["input"]
    return MModeBundle(
        network=LumenNetwork(
            network["kind"], folder / network["file"], network["size"], (rows, columns)
        ),
        quality=quality
        and QualityNetwork(folder / quality["file"], quality["size"], quality["threshold"]),
        species=content["species"],
        windows=tuple(content["windows"]),
        data_set=content["data_set"],
        digest=sha256(folder / BUNDLE_FILE),
    )
