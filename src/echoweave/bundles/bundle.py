"""A bundle: trained networks, and all that is needed to apply them without nnU-Net or torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from echoweave.bundles.description import BUNDLE_FILE, CLIPS, read_description
from echoweave.io.checksums import sha256
from echoweave.units import Unit


@dataclass(frozen=True)
class BundledNetwork:
    """The folds of one configuration.

    Attributes:
        configuration: "2d" or "3d_fullres".
        spacing: (sy, sx) of the networks' grid.
        window: (Y, X), or (T, Y, X) of their input.
        files: One ONNX file a fold.
    """

    configuration: str
    spacing: tuple[float, float]
    window: tuple[int, ...]
    files: tuple[Path, ...]


class Calibration(NamedTuple):
    """What an interval of one quantity is made of, see :mod:`echoweave.function.intervals`.

    Attributes:
        scores: Of training patients, by the fold that has not seen them: error over
            ``doubt ** growth``, sorted.
        growth: Power of the doubt that errors grow with.
        together: Error of all folds together, as a share of that of one of them.
    """

    scores: Sequence[float]
    growth: float
    together: float


@dataclass(frozen=True)
class Bundle:
    """What bundle.schema.json describes, with paths for names.

    Attributes:
        name: The arm.
        title: Its name for readers.
        data_set: What it was trained on.
        label_values: The label that each output stands for.
        unit: Of every spacing: "px" where the size of a training pixel was unknown.
        networks: One a configuration; of several the probabilities are averaged.
        sees: "frames" or "sequences": what its networks see at once.
        picture: Median height and width of the training pictures, in ``unit``.
        keep_largest: Regions of which the largest piece is kept.
        calibration: By the name of what has an interval.
        digest: SHA-256 of bundle.json.
    """

    name: str
    title: str
    data_set: str
    label_values: tuple[int, ...]
    unit: Unit
    networks: tuple[BundledNetwork, ...]
    sees: str
    picture: tuple[float, float]
    keep_largest: tuple[tuple[int, ...], ...]
    calibration: Mapping[str, Calibration]
    digest: str

    @property
    def folds(self) -> int:
        """How many folds there are."""
        return len(self.networks[0].files)


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle and check every byte of it against its checksums.

    Args:
        folder: results/bundles/{arm}, or a copy.

    Raises:
        InputError: See :func:`read_description`.
    """
    content = read_description(folder, CLIPS)
    networks = [
        BundledNetwork(
            configuration=one["configuration"],
            spacing=(one["spacing"][0], one["spacing"][1]),
            window=tuple(one["window"]),
            files=tuple(folder / name for name in one["files"]),
        )
        for one in content["networks"]
    ]
    return Bundle(
        name=content["name"],
        title=content["title"],
        data_set=content["data_set"],
        label_values=tuple(content["label_values"]),
        unit=content["unit"],
        networks=tuple(networks),
        sees=content["sees"],
        picture=(content["picture"][0], content["picture"][1]),
        keep_largest=tuple(tuple(region) for region in content["keep_largest"]),
        calibration={name: Calibration(**one) for name, one in content["calibration"].items()},
        digest=sha256(folder / BUNDLE_FILE),
    )
