"""docs/cluster.md says what the rules ask for, and which of them are never submitted."""

from pathlib import Path

import pytest
import yaml

from tests.workflow.project import ROOT
from tests.workflow.resources import DOCUMENT, MARK, local_rules, requests, table

pytestmark = pytest.mark.workflow


def test_the_table_is_what_the_rules_ask_for(
    phantom_nifti: Path, phantom_volumes: Path, tmp_path: Path
) -> None:
    _, _, written = DOCUMENT.read_text().partition(MARK)
    assert written.strip() == table(requests(phantom_nifti, phantom_volumes, tmp_path)).strip()


def test_the_rules_that_run_on_the_login_node_are_named() -> None:
    text = DOCUMENT.read_text()
    assert "merge_quality" in local_rules()
    assert [rule for rule in local_rules() if f"`{rule}`" not in text] == []


def test_every_key_of_the_profile_is_explained() -> None:
    profile = yaml.safe_load((ROOT / "profiles/slurm/config.v8+.yaml").read_text())
    explained = DOCUMENT.read_text()
    assert [key for key in profile if f"`{key}`" not in explained] == []
