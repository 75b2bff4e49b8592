"""What the library needs is declared, with the oldest versions that will do, and locked."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {name.lower(): version for name, version in pairs}


def test_conda_installs_what_the_library_needs_as_locked() -> None:
    lock = locked()
    for file in (ROOT / "envs").glob("*.yaml"):
        *_, pip = yaml.safe_load(file.read_text())["dependencies"]
        pins = dict(line.lower().split("==") for line in pip["pip"])
        assert {one.name.lower() for one in declared("train")} <= set(pins)
        assert pins == {name: lock[name] for name in pins}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# torch imports TensorBoard and what writes ONNX for us, pydicom its decoders.
PLUGINS = {"tensorboard", "onnx", "onnxscript"} | {
    f"pylibjpeg{part}" for part in ("", "-openjpeg", "-rle")
}


def declared(*extras: str) -> list[Requirement]:
    parts = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][one] for one in extras)]
    return [Requirement(line) for part in parts for line in part]


def imported() -> set[str]:
    """The packages that the library imports, at the top of a file or inside a function."""
    modules = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    distributions = packages_distributions()
    return {
        distributions[module][0].lower()
        for module in modules - sys.stdlib_module_names - {"echoweave"}
    }


def test_what_is_imported_is_declared_and_nothing_else() -> None:
    names = {one.name.lower() for one in declared("train", "dicom")}
    assert names - PLUGINS == imported()


@pytest.mark.parametrize("one", declared("train", "dicom"), ids=lambda one: one.name)
def test_each_dependency_says_how_old_it_may_be_and_the_locked_version_will_do(
    one: Requirement,
) -> None:
    assert any(bound.operator == ">=" for bound in one.specifier)
    assert one.specifier.contains(locked()[one.name.lower()])


def test_numpy_has_what_the_smoothness_needs() -> None:
    (numpy,) = (one for one in declared() if one.name == "numpy")
    # np.trapezoid came with 2.0; 1.26 calls it trapz.
    assert not numpy.specifier.contains("1.26.4")
    assert numpy.specifier.contains("2.0.0")


def test_the_version_is_the_same_wherever_it_stands() -> None:
    version = PROJECT["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version
    released = re.findall(r"^## \[(.+)\] - 20\d\d-", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert released[0] == version


def test_every_direct_dependency_is_locked() -> None:
    wanted = {one.name.lower() for one in declared(*PROJECT["optional-dependencies"])}
    assert wanted - {"echoweave"} <= set(locked())
