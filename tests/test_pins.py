"""The pins of the conda environment are those of the lock file."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {name.lower(): version for name, version in pairs}


def test_conda_pins_equal_lock_file() -> None:
    lock = locked()
    for file in (ROOT / "envs").glob("*.yaml"):
        *_, pip = yaml.safe_load(file.read_text())["dependencies"]
        pins = dict(line.lower().split("==") for line in pip["pip"])
        assert len(pins) > 10
        assert pins == {name: lock[name] for name in pins}


def test_every_direct_dependency_is_locked() -> None:
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(name for extra in extras for name in extra)]
    names = {re.split(r"[<>=\[]", name)[0].lower() for name in wanted}
    assert names <= set(locked())
