"""What a path in the configuration may be: table by table, what it stands for or what is said."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from echoweave.config import check_config, load_schema, write_config
from echoweave.errors import InputError
from echoweave.paths import check_places, expand_paths

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "config/schema.yaml"
DEFAULT: dict[str, Any] = yaml.safe_load((ROOT / "config/config.yaml").read_text())

# Every key of the schema that is a path, and where it stands.
KEYS = {
    "results_dir": ("results_dir",),
    "data.camus.root": ("data", "camus", "root"),
    "data.echonet.root": ("data", "echonet", "root"),
    "data.ted.root": ("data", "ted", "root"),
    "data.ted.pairing": ("data", "ted", "pairing"),
    "data.dense_truth": ("data", "dense_truth"),
    "mmode.root": ("mmode", "root"),
    "mmode.quicknat.start": ("mmode", "quicknat", "start"),
    "learn2reg.root": ("learn2reg", "root"),
    **{
        f"learn2reg.cohorts.{name}": ("learn2reg", "cohorts", name)
        for name in DEFAULT["learn2reg"]["cohorts"]
    },
    "learn2reg.pairs.validation": ("learn2reg", "pairs", "validation"),
    "learn2reg.pairs.testing": ("learn2reg", "pairs", "testing"),
    "registration.pretrained.dirnet": ("registration", "pretrained", "dirnet"),
}

EXPANDED = {
    "results": "results",
    "~": "/home/ada",
    "~/camus": "/home/ada/camus",
    "$DATA/camus": "/data/camus",
    "${DATA}": "/data",
    "${DATA}set": "/dataset",
    "$TILDE/camus": "/home/ada/camus",
    "results/": "results",
    "./results": "results",
    "a//b/./c": "a/b/c",
    "../results": "../results",
    ".": ".",
    "./~": "./~",
    "my results": "my results",
    "étude ß 心": "étude ß 心",
    'it\'s "mine"': 'it\'s "mine"',
    "-results": "-results",
    "a*b?[c]": "a*b?[c]",
    "100 $": "100 $",
    "US$ 5": "US$ 5",
    "a:b": "a:b",
    "#x & y; z | w": "#x & y; z | w",
    "n" * 255: "n" * 255,
}

CHARACTER = "has a character that is no text; rename it"
BRACE = (
    "has a brace in its name, which Snakemake takes for a wildcard; "
    "rename it, or make a link to it that has none and give that"
)
ADDRESS = (
    "is an address, and only paths on this machine can be used; copy or mount it, and give its path"
)
REFUSED = {
    " results": "' results' begins or ends with blanks; take them away",
    "results\n": "'results\\n' begins or ends with blanks; take them away",
    "  ": "'  ' begins or ends with blanks; take them away",
    "a\nb": f"'a\\nb' {CHARACTER}",
    "a\tb": f"'a\\tb' {CHARACTER}",
    "a\x00b": f"'a\\x00b' {CHARACTER}",
    "a\x1b[2Jb": f"'a\\x1b[2Jb' {CHARACTER}",
    "$NOWHERE/camus": "the variable $NOWHERE in it is not set; set it, or write the path out",
    "${NOWHERE}": "the variable ${NOWHERE} in it is not set; set it, or write the path out",
    "${DATA:-x}": "the variable ${DATA:-x} in it is not set; set it, or write the path out",
    "$EMPTY/camus": "the variable $EMPTY in it is not set; set it, or write the path out",
    "$NESTED/camus": (
        "'$DATA/deep/camus' still has a variable ($DATA) when it is filled in; write the path out"
    ),
    "~nobody-of-this-name/x": ("there is no user 'nobody-of-this-name'; write the path out"),
    "s3://bucket/camus": f"'s3://bucket/camus' {ADDRESS}",
    "gs://bucket": f"'gs://bucket' {ADDRESS}",
    "https://example.org/x.pt": f"'https://example.org/x.pt' {ADDRESS}",
    "file:///data/camus": f"'file:///data/camus' {ADDRESS}",
    "$BUCKET/camus": f"'s3://bucket/camus' {ADDRESS}",
    "a{b}c": f"'a{{b}}c' {BRACE}",
    "a{b": f"'a{{b' {BRACE}",
    "a}b": f"'a}}b' {BRACE}",
    "${}": f"'${{}}' {BRACE}",
    "n" * 256: f"'{'n' * 30}'... is too long for a path; choose a shorter one",
    "n/" * 2000: f"'{'n/' * 15}'... is too long for a path; choose a shorter one",
}


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOME": "/home/ada",
        "DATA": "/data",
        "TILDE": "~",
        "EMPTY": "",
        "NESTED": "$DATA/deep",
        "BUCKET": "s3://bucket",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NOWHERE", raising=False)


def with_path(place: tuple[str, ...], value: str) -> dict[str, Any]:
    config = copy.deepcopy(DEFAULT)
    *sections, name = place
    section = config
    for part in sections:
        section = section[part]
    section[name] = value
    return config


def expanded(place: tuple[str, ...], value: str) -> str:
    config = with_path(place, value)
    check_config(config, SCHEMA)
    expand_paths(config, SCHEMA)
    once = copy.deepcopy(config)
    expand_paths(config, SCHEMA)
    # As a run does that is given the config.yaml of another one.
    assert config == once
    result: Any = config
    for part in place:
        result = result[part]
    return str(result)


@pytest.mark.parametrize(
    ("written", "meant"), EXPANDED.items(), ids=[ascii(key) for key in EXPANDED]
)
def test_a_path_that_works(written: str, meant: str) -> None:
    assert expanded(("results_dir",), written) == meant


@pytest.mark.parametrize(
    ("written", "said"), REFUSED.items(), ids=[ascii(key)[:40] for key in REFUSED]
)
def test_a_path_that_cannot_work(written: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        expanded(("results_dir",), written)
    assert str(caught.value) == f"config: results_dir: {said}"


@pytest.mark.parametrize(("key", "place"), KEYS.items(), ids=KEYS)
def test_every_path_key_is_expanded_and_checked(key: str, place: tuple[str, ...]) -> None:
    assert expanded(place, "~/$TILDE") == "/home/ada/~"
    with pytest.raises(InputError, match=f"^config: {key}: the variable .NOWHERE in it is not set"):
        expanded(place, "$NOWHERE")


def test_the_table_of_path_keys_is_whole() -> None:
    def count(node: Any) -> int:
        if isinstance(node, list):
            return sum(map(count, node))
        if not isinstance(node, dict):
            return 0
        own = str(node.get("$ref", "")).endswith("path")
        return own + sum(map(count, node.values()))

    assert count(load_schema(SCHEMA)) == len(KEYS)


def test_all_bad_paths_are_listed_at_once() -> None:
    config = with_path(("results_dir",), "s3://bucket")
    config["data"]["camus"]["root"] = "$NOWHERE"
    with pytest.raises(InputError) as caught:
        expand_paths(config, SCHEMA)
    assert [problem.key for problem in caught.value.problems] == ["results_dir", "data.camus.root"]


Edit = Callable[[Path, dict[str, Any]], None]


def results_at(path: str) -> Edit:
    def edit(root: Path, config: dict[str, Any]) -> None:
        config["results_dir"] = path

    return edit


def file_at(path: str, results: str) -> Edit:
    def edit(root: Path, config: dict[str, Any]) -> None:
        (root / path).write_text("")
        config["results_dir"] = results

    return edit


def link_at(path: str, target: str, results: str) -> Edit:
    def edit(root: Path, config: dict[str, Any]) -> None:
        (root / path).symlink_to(target)
        config["results_dir"] = results

    return edit


def loop_at(path: str) -> Edit:
    def edit(root: Path, config: dict[str, Any]) -> None:
        (root / path).symlink_to(path)
        config["data"]["camus"]["root"] = path

    return edit


def truth_at(path: str) -> Edit:
    def edit(root: Path, config: dict[str, Any]) -> None:
        config["data"]["dense_truth"] = path

    return edit


def pretrained(path: str) -> Edit:
    def edit(root: Path, config: dict[str, Any]) -> None:
        config["registration"]["pretrained"] = {"dirnet": path}

    return edit


OUTSIDE = "choose a folder outside of the data"
CODE = "it holds the code that runs; choose another folder, such as results"
NOWHERE = "is a link that leads nowhere; remove or repair the link"
A_FILE = "is a file, no folder; choose another results_dir, or move the file"
NO_FILE = "there is no such file; correct the path, or leave it out to train the model"
PLACES: dict[str, tuple[Edit, str | None]] = {
    "new folder": (results_at("results"), None),
    "new folder below new folders": (results_at("a/b/c"), None),
    "folder that is there": (results_at("camus/.."), None),
    "working directory": (results_at("."), None),
    "beside the data, with its name in front": (results_at("camus2"), None),
    "holds the data": (results_at(".."), None),
    "link to a folder": (link_at("link", "ted", "link/../new"), None),
    "file": (file_at("results", "results"), f"results: results_dir: it {A_FILE}"),
    "below a file": (file_at("file", "file/a/b"), f"file/a/b: results_dir: ROOT/file {A_FILE}"),
    "link to nowhere": (
        link_at("results", "gone", "results"),
        f"results: results_dir: it {NOWHERE}",
    ),
    "below a link to nowhere": (
        link_at("link", "gone", "link/results"),
        f"link/results: results_dir: ROOT/link {NOWHERE}",
    ),
    "link to itself": (
        link_at("results", "results", "results"),
        f"results: results_dir: it {NOWHERE}",
    ),
    "root": (
        results_at("/"),
        "/: results_dir: it is the root of the file system; choose a folder in it",
    ),
    "checkout": (results_at("code"), f"code: results_dir: {CODE}"),
    "folder of the checkout": (results_at("code/config"), f"code/config: results_dir: {CODE}"),
    "below a folder of the checkout": (
        results_at("code/src/a"),
        f"code/src/a: results_dir: {CODE}",
    ),
    "results of the checkout": (results_at("code/results"), None),
    "CAMUS": (
        results_at("camus"),
        f"camus: results_dir: it lies in data.camus.root (camus); {OUTSIDE}",
    ),
    "in CAMUS": (
        results_at("camus/a"),
        f"camus/a: results_dir: it lies in data.camus.root (camus); {OUTSIDE}",
    ),
    "in CAMUS by a detour": (
        results_at("ted/../camus/a"),
        f"ted/../camus/a: results_dir: it lies in data.camus.root (camus); {OUTSIDE}",
    ),
    "in TED by a link": (
        link_at("link", "ted", "link/a"),
        f"link/a: results_dir: it lies in data.ted.root (ted); {OUTSIDE}",
    ),
    "beside data that are a link loop": (loop_at("camus3"), None),
    "in the dense truth": (
        truth_at("."),
        f"results: results_dir: it lies in data.dense_truth (.); {OUTSIDE}",
    ),
    "no checkpoint": (
        pretrained("gone.pt"),
        f"gone.pt: registration.pretrained.dirnet: {NO_FILE}",
    ),
    "folder for a checkpoint": (
        pretrained("camus"),
        f"camus: registration.pretrained.dirnet: {NO_FILE}",
    ),
    "checkpoint of another model of this run": (
        pretrained("results/registration/svf/model.pt"),
        None,
    ),
    "checkpoint that the model itself becomes": (
        pretrained("results/registration/dirnet/model.pt"),
        "results/registration/dirnet/model.pt: registration.pretrained.dirnet: it is what this "
        "run makes of it; copy it out of results_dir, and give the copy",
    ),
}


@pytest.mark.parametrize(("edit", "said"), PLACES.values(), ids=PLACES)
def test_where_results_may_lie(
    edit: Edit, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = copy.deepcopy(DEFAULT)
    config["data"]["camus"]["root"], config["data"]["ted"]["root"] = "camus", "ted"
    for name in ("camus", "ted", "code/config", "code/src"):
        (tmp_path / name).mkdir(parents=True)
    edit(tmp_path, config)
    if said is None:
        check_places(config, tmp_path / "code")
        return
    with pytest.raises(InputError) as caught:
        check_places(config, tmp_path / "code")
    assert str(caught.value).replace(str(tmp_path), "ROOT") == said


def test_a_checkout_with_a_brace_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        check_places(DEFAULT, Path("/home/ada/{work}"))
    assert str(caught.value) == f"/home/ada/{{work}}: {BRACE}"


def test_a_closed_disk_is_noticed_before_anything_runs(
    small_disk: Callable[..., Path], tmp_path: Path
) -> None:
    config = with_path(("results_dir",), str(small_disk(tmp_path / "disk", "ro") / "results"))
    with pytest.raises(InputError, match=r"access denied \(Read-only file system\); allow it or"):
        check_places(config, ROOT)


def test_a_config_file_is_not_replaced_by_that_of_the_results(tmp_path: Path) -> None:
    config = with_path(("results_dir",), str(tmp_path))
    given = tmp_path / "config.yaml"
    given.write_text("folds: 3  # as agreed\n")
    with pytest.raises(InputError, match=r"config\.yaml of the results goes here; rename it, or"):
        check_places(config, ROOT, [given])
    # That of an earlier run may be given again.
    write_config(config, given)
    check_places(config, ROOT, [given])
