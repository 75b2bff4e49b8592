"""The workflow needs no network, writes in its folder alone, and runs nothing that it reads."""

import filecmp
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from echoweave.io.tables import read_tsv
from tests.workflow.project import HOSTILE, Project
from tests.workflow.seal import can_seal, seal

pytestmark = pytest.mark.workflow

sealed = pytest.mark.skipif(not can_seal(), reason="needs root or user namespaces")
CONNECT = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"


@sealed
def test_a_sealed_command_reaches_and_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*seal(folder), *command], capture_output=True, text=True, check=False
        )

    assert run("touch", str(folder / "own")).returncode == 0
    for place in (tmp_path, Path(__file__).parent, Path.home()):
        assert "Read-only" in run("touch", str(place / "foreign")).stderr
    assert "unreachable" in run(sys.executable, "-c", CONNECT).stderr


@sealed
def test_what_a_run_leaves_beside_its_results(study: Project) -> None:
    """All else was read-only: what docs/trust.md names is all there is."""
    home, temporary = study.folder.parent / "home", study.folder.parent / "tmp"
    assert {path.name for path in home.iterdir()} <= {".cache", ".config"}
    assert {path.name for path in (home / ".cache").iterdir()} == {"matplotlib", "snakemake"}
    assert [path for path in temporary.rglob("*") if path.is_file()] == []


def test_the_inputs_stay_as_they_were(study: Project, phantom_nifti: Path) -> None:
    before = sorted(path.relative_to(phantom_nifti) for path in phantom_nifti.rglob("*.*"))
    after = sorted(path.relative_to(study.data) for path in study.data.rglob("*.*"))
    assert after == before
    _, differing, failed = filecmp.cmpfiles(phantom_nifti, study.data, map(str, before), False)
    assert [Path(name).name for name in differing] == ["Info_2CH.cfg"]
    assert [name for name in failed if (study.data / name).is_file()] == []


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    page = browser.new_page()
    page.set_default_timeout(20_000)
    return page


@pytest.mark.parametrize("name", ["report.html", "viewer/index.html", "figures/figure4.svg"])
def test_a_hostile_name_is_not_run(study: Project, page: Page, name: str) -> None:
    page.goto((study.results / name).as_uri())
    page.wait_for_load_state("load")
    assert page.evaluate("window.hacked") is None


def test_the_viewer_shows_the_hostile_name_as_text(study: Project, page: Page) -> None:
    page.goto(f"{(study.results / 'viewer/index.html').as_uri()}#patient0010_2CH")
    page.wait_for_function("state.clip?.name === 'patient0010_2CH'")
    assert f"{HOSTILE} quality" in str(page.text_content("#subtitle"))


def test_the_cohort_table_holds_the_hostile_name_whole(study: Project) -> None:
    table = read_tsv(study.results / "cohort.tsv").set_index("sequence")
    assert table["quality"]["patient0010_2CH"] == HOSTILE
