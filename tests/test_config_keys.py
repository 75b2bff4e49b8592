"""A key that stands twice in a config file is an error: the last alone would count."""

from pathlib import Path

import pytest

from echoweave.config_keys import check_keys
from echoweave.errors import InputError

ROOT = Path(__file__).parents[1]


def said(path: Path, content: str) -> list[str]:
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        check_keys([path])
    return str(caught.value).replace(f"{path}: ", "").splitlines()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "config").glob("*.yaml")), ids=lambda path: path.name
)
def test_our_own_configs_give_each_key_once(path: Path) -> None:
    check_keys([path])


def test_a_section_twice(tmp_path: Path) -> None:
    text = "data:\n  size: 64\nfolds: 2\ndata:\n  camus: {root: /data}\n"
    assert said(tmp_path / "mine.yaml", text) == [
        "data: stands there twice, on the lines 1 and 4; keep one of them: only the last "
        "would count"
    ]


def test_a_key_of_a_section_twice_with_the_same_value(tmp_path: Path) -> None:
    text = "data:\n  camus:\n    root: /a\n    root: /a\n"
    assert said(tmp_path / "mine.yaml", text) == [
        "data.camus.root: stands there twice, on the lines 3 and 4; keep one of them: only "
        "the last would count"
    ]


def test_a_key_in_quotes_and_in_a_line_of_json(tmp_path: Path) -> None:
    assert len(said(tmp_path / "mine.yaml", "'folds': 2\nfolds: 3\n")) == 1
    assert len(said(tmp_path / "mine.json", '{"data": {"size": 1, "size": 2}}')) == 1


def test_the_same_key_in_two_sections_and_in_two_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("data: {size: 1}\nrefinement: {size: 2}\nlist: [{size: 1}, {size: 2}]\n")
    two.write_text("data: {size: 3}\n")
    check_keys([one, two])


def test_merged_mappings_and_empty_files(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("a: &a {x: 1}\nb: &b {y: 2}\nc:\n  <<: *a\n  <<: *b\n")
    check_keys([path])
    path.write_text("")
    check_keys([path])
