"""A bundle: trained networks, and all that is needed to apply them without nnU-Net or torch."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

from echoweave.errors import InputError, Problem
from echoweave.io.checksums import sha256
from echoweave.units import Unit

BUNDLE_FILE = "bundle.json"
# Of bundle.json: a large one holds some thousand scores.
_MAX_BYTES = 2**24


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
        InputError: There is none, it is no bundle or one of another format, or a file of it is
            missing or was changed.
    """
    path = folder / BUNDLE_FILE
    content = _content(path)
    _check_format(path, content)
    _check_files(folder, content)
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
        digest=sha256(path),
    )


def bundle_schema() -> dict[str, Any]:
    """Return the JSON schema of bundle.json."""
    schema: dict[str, Any] = json.loads(
        (files("echoweave.bundles") / "bundle.schema.json").read_text(encoding="utf-8")
    )
    return schema


def _content(path: Path) -> Any:
    if not path.is_file():
        what = "is no bundle: it has no bundle.json"
        remedy = "give a folder that the target `bundle` made, such as results/bundles/dense3d"
        raise InputError(Problem(str(path.parent), "--model", what, remedy))
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("larger than any bundle.json")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(_foreign(path, "", f"cannot be read ({error})")) from error


def _check_format(path: Path, content: Any) -> None:
    version = content.get("echoweave_bundle") if isinstance(content, dict) else None
    if isinstance(version, int) and version > 1:
        what = f"a bundle of format {version}, which a newer EchoWeave made"
        remedy = "update EchoWeave, or make the bundle with this version"
        raise InputError(Problem(str(path), "echoweave_bundle", what, remedy))
    error = next(Draft202012Validator(bundle_schema()).iter_errors(content), None)
    if error is not None:
        key = ".".join(str(part) for part in error.absolute_path)
        raise InputError(_foreign(path, key, f"no bundle of EchoWeave ({error.message[:200]})"))


def _check_files(folder: Path, content: Mapping[str, Any]) -> None:
    """Notice files that are missing, changed, or named without a checksum."""
    named = {name for network in content["networks"] for name in network["files"]}
    problems = []
    for name in sorted(named | content["files"].keys()):
        path, known = folder / name, content["files"].get(name)
        if Path(name).name != name or known is None:
            problems.append(_foreign(folder / BUNDLE_FILE, f"files.{name}", "has no checksum"))
        elif not path.is_file():
            problems.append(_foreign(path, "", "the file is missing"))
        elif sha256(path) != known:
            problems.append(
                _foreign(path, "", "was changed: its SHA-256 is not that of bundle.json")
            )
    if problems:
        raise InputError(problems)


def _foreign(path: Path, key: str, what: str) -> Problem:
    return Problem(str(path), key, what, "copy the whole bundle again, or make it again")
