"""The versions of EchoWeave and of the packages that its results depend on."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "echoweave",
    "snakemake",
    "torch",
    "nnunetv2",
    "onnxruntime",
    "batchgeneratorsv2",
    "numpy",
    "scipy",
    "pandas",
    "opencv-python-headless",
    "h5py",
    "nibabel",
    "SimpleITK",
    "av",
    "pydicom",
)

_MARK = "versions: "


def versions() -> dict[str, str | None]:
    """Return the version of Python and of each of ``PACKAGES``; None where it is not installed."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def versions_line() -> str:
    """Return the versions as the first line of a log."""
    return _MARK + ", ".join(f"{name} {number}" for name, number in versions().items())


def read_versions(log: Path) -> dict[str, str]:
    """Return the versions in the first line of a log; none where it has no such line."""
    with log.open(encoding="utf-8", errors="replace") as file:
        line = file.readline().rstrip("\n")
    if not line.startswith(_MARK):
        return {}
    parts = (part.partition(" ") for part in line.removeprefix(_MARK).split(", "))
    return {name: number for name, _, number in parts}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
