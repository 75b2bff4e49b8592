"""bundle.json, which says what a bundle is and vouches for every file beside it."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

from echoweave.errors import InputError, Problem
from echoweave.io.checksums import sha256

BUNDLE_FILE = "bundle.json"
# Of bundle.json: a large one holds some thousand scores.
_MAX_BYTES = 2**24


class BundleKind(NamedTuple):
    """What a bundle segments.

    Attributes:
        key: The key of bundle.json that tells it, with the version of the format.
        what: What it segments, for readers.
        made_by: Where to get one, after "a folder that".
        package: Holds the JSON schema of its bundle.json, bundle.schema.json.
        networks: Given a sound bundle.json, the files that it names as networks.
    """

    key: str
    what: str
    made_by: str
    package: str
    networks: Callable[[Mapping[str, Any]], set[str]]


def _of_clips(content: Mapping[str, Any]) -> set[str]:
    return {name for network in content["networks"] for name in network["files"]}


def _of_strips(content: Mapping[str, Any]) -> set[str]:
    return {part["file"] for part in (content["network"], content["quality"]) if part}


CLIPS = BundleKind(
    key="echoweave_bundle",
    what="B-mode clips",
    made_by="the target `bundle` made, such as results/bundles/dense3d",
    package="echoweave.bundles",
    networks=_of_clips,
)
STRIPS = BundleKind(
    key="echoweave_mmode_bundle",
    what="M-mode strips",
    made_by="the target `mmode` made, such as results/mmode/bundles/quicknat",
    package="echoweave.mmode",
    networks=_of_strips,
)
_KINDS = (CLIPS, STRIPS)


def read_description(folder: Path, kind: BundleKind) -> dict[str, Any]:
    """Return the content of bundle.json, after every file was checked against its checksum.

    Args:
        folder: The bundle.
        kind: What it has to be for.

    Raises:
        InputError: There is none, it is no bundle, one of the other kind or of a newer format, or
            a file of it is missing or was changed.
    """
    path = folder / BUNDLE_FILE
    content: dict[str, Any] = _content(path, kind)
    _check_format(path, content, kind)
    _check_files(folder, content, kind.networks(content))
    return content


def write_description(content: Mapping[str, Any], folder: Path) -> None:
    """Write bundle.json."""
    text = json.dumps(content, indent=1, allow_nan=False)
    (folder / BUNDLE_FILE).write_text(text + "\n", encoding="utf-8")


def licence_text(data_set: str) -> str:
    """Return what the terms of a data set mean for who uses networks that were trained on it."""
    return (
        f"The networks were trained on {data_set}, whose terms hold for them, too: see where you "
        "got the data. EchoWeave itself is under the MIT licence. For research, not for diagnosis."
    )


def _schema(kind: BundleKind) -> Any:
    return json.loads((files(kind.package) / "bundle.schema.json").read_text(encoding="utf-8"))


def _content(path: Path, kind: BundleKind) -> Any:
    if not path.is_file():
        what = "is no bundle: it has no bundle.json"
        remedy = f"give a folder that {kind.made_by}"
        raise InputError(Problem(str(path.parent), "--model", what, remedy))
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("larger than any bundle.json")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(_foreign(path, "", f"cannot be read ({error})")) from error


def _check_format(path: Path, content: Any, kind: BundleKind) -> None:
    keys = content if isinstance(content, dict) else {}
    for other in _KINDS:
        if other != kind and other.key in keys:
            what = f"is a bundle for {other.what}, and {kind.what} are to be segmented"
            remedy = f"give a folder that {kind.made_by}"
            raise InputError(Problem(str(path.parent), "--model", what, remedy))
    version = keys.get(kind.key)
    if isinstance(version, int) and version > 1:
        what = f"a bundle of format {version}, which a newer EchoWeave made"
        remedy = "update EchoWeave, or make the bundle with this version"
        raise InputError(Problem(str(path), kind.key, what, remedy))
    error = next(Draft202012Validator(_schema(kind)).iter_errors(content), None)
    if error is not None:
        key = ".".join(str(part) for part in error.absolute_path)
        raise InputError(_foreign(path, key, f"no bundle of EchoWeave ({error.message[:200]})"))


def _check_files(folder: Path, content: Mapping[str, Any], named: set[str]) -> None:
    """Notice files that are missing, changed, or named without a checksum."""
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
