"""What looks odd and is sound must read as if it were plain."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from echoweave.cache.build import build_cache
from echoweave.io.cache import Sequence, read_sequence
from tests.bad_input.conftest import snakemake
from tests.bad_input.edits import (
    Edit,
    compressed,
    content,
    encoded,
    image,
    lines_reversed,
    renamed,
    text,
)
from tests.bad_input.images import SPACING, both, pixel_file
from tests.bad_input.trees import new_folder
from tests.data_tree import Tree, clip, mask

MakeTree = Callable[[str], Tree]
BIG_ENDIAN = both(
    image("sequence", clip().astype(np.uint16)),
    text("sequence", "OrderMSB = False", "OrderMSB = True"),
    content("sequence", clip().astype(">u2").tobytes(), ".raw"),
)


def stray_file(tree: Tree) -> None:
    (tree.camus / "training/notes.txt").write_text("read me")


ACCEPTED: dict[str, Edit] = {
    "cfg in another order": lines_reversed("cfg"),
    "cfg with CRLF": encoded("cfg", "utf-8", "\r\n"),
    "cfg with a byte order mark": encoded("cfg", "utf-8-sig"),
    "cfg with a line twice": text("cfg", "ED: 1\n", "ED: 1\nED: 1\n"),
    "cfg with spaces and words": text("cfg", "ED: 1\n", "\nsome words\n  ED :  1 \n"),
    "cfg with Latin letters": text("cfg", "ED: 1\n", "Name: Andr\xe9\nED: 1\n"),
    "cfg with words for a number": text("cfg", "ED: 1\n", "LVedv: N/A\nED: 1\n"),
    "header with CRLF": encoded("sequence", "utf-8", "\r\n"),
    "header of an older tool": text("sequence", SPACING, "ElementSize = 0.1 0.2 1"),
    "clip compressed": compressed("sequence"),
    "clip with a pixel file of another name": both(
        renamed("sequence", ".raw", "other.raw"), pixel_file("other.raw")
    ),
    "clip of floats": image("sequence", clip().astype(np.float32)),
    "clip of 16 bit, 0 to 255": image("sequence", clip().astype(np.uint16)),
    "clip of the other byte order": BIG_ENDIAN,
    "ED as a clip of one frame": image("ED", clip()[:1]),
    "mask of floats": image("ED_gt", mask(4).astype(np.float32)),
    "mask compressed": compressed("ES_gt"),
    "file beside the patients": stray_file,
    "hidden folder": new_folder(".git"),
}


def cached(tree: Tree) -> Sequence:
    output = tree.root / "patient0001.h5"
    sources = tree.load().sequences_of(["patient0001"])
    build_cache(sources, None, 32, [output], tree.root / "checksums.tsv")
    return read_sequence(output, "4CH")


def assert_same(one: Sequence, other: Sequence) -> None:
    first, second = vars(one), vars(other)
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)


@pytest.fixture(scope="module")
def plain(sound_trees: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Sequence:
    tree = Tree(sound_trees["mhd"], "mhd")
    tree.results = tmp_path_factory.mktemp("plain")
    return cached(tree)


@pytest.mark.parametrize("edit", ACCEPTED.values(), ids=ACCEPTED)
def test_odd_and_sound(make_tree: MakeTree, plain: Sequence, edit: Edit) -> None:
    tree = make_tree("mhd")
    edit(tree)
    assert_same(cached(tree), plain)


def test_two_frames_are_a_clip(make_tree: MakeTree) -> None:
    tree = make_tree("mhd")
    tree.add("patient0001", frames=clip()[[0, 3]], ed_es=(1, 2))
    sequence = cached(tree)
    assert (sequence.ed, sequence.es) == (0, 1)
    assert sequence.frames.shape == (2, 32, 32)


def test_spaces_and_letters_of_any_script_in_paths(
    make_tree: Callable[..., Tree], plain: Sequence
) -> None:
    tree: Any = make_tree("mhd", "données & ЭхоКГ (neu)")
    for name in ("cfg with CRLF", "clip compressed", "mask of floats", "file beside the patients"):
        ACCEPTED[name](tree)
    done = snakemake(tree, "cache")
    assert done.code == 0, done.said
    assert_same(read_sequence(tree.results / "cache/patient0001.h5", "4CH"), plain)
