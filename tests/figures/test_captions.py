from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

ROOT = Path(__file__).parents[2]
CAPTIONS = sorted((ROOT / "workflow/report").rglob("*.rst"))


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_captions_render_with_the_keys_of_the_config(path: Path) -> None:
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    wildcards = SimpleNamespace(arm="dense3d", sequence="patient0001_4CH")
    snakemake = SimpleNamespace(config=config, wildcards=wildcards)
    template = Environment(undefined=StrictUndefined).from_string(path.read_text())
    # halt_level 2: a warning of the rst parser is an error here.
    html = publish_parts(
        template.render(snakemake=snakemake),
        writer="html",
        settings_overrides={"halt_level": 2},
    )["body"]
    assert "<p>" in html
    assert "{{" not in html
