"""The benchmark on real clips, on drawn ones: nothing moves, so the numbers are those of masks."""

import importlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
HEIGHT, WIDTH = 48, 64


@pytest.fixture
def benchmark(monkeypatch):
    """The benchmark as a module: its folder is no package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("real_clips")


@pytest.fixture
def run(benchmark, capsys):
    """Gives the arguments to the benchmark and returns the table that it prints."""

    def call(*arguments):
        benchmark.main([str(argument) for argument in arguments])
        return pd.read_csv(io.StringIO(capsys.readouterr().out), sep="\t")

    return call


def frames(count):
    return np.full((count, HEIGHT, WIDTH), 100, np.uint8)


def box(label, height, width, left=10):
    """A mask with one box at row 5."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[5 : 5 + height, left : left + width] = label
    return mask


# The cavity loses half of its 20 x 20 pixels; the atrium, 4 x 10, moves by 5 to the right.
ED = box(1, 20, 20) + box(3, 4, 10, left=40)
ES = box(1, 20, 10) + box(3, 4, 10, left=45)
CLIP = {"frames": frames(4), "ed_labels": ED, "es_labels": ES}


def save(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_a_clip_that_stands_still(tmp_path, run):
    clip = save(tmp_path / "mine.npz", **CLIP, spacing_mm=np.array([0.5, 0.25]))
    found = run(clip, "--estimators", "still").set_index("direction")
    assert list(found.index) == ["forward", "backward"]
    assert (found[["estimator", "clip"]] == ["still", "mine"]).all(axis=None)
    # 2 * 200 / (400 + 200), and 2 * 20 / (40 + 40).
    assert found["dice_cavity"].tolist() == pytest.approx([2 / 3] * 2, abs=1e-5)
    assert found["dice_atrium"].tolist() == [0.5] * 2
    # In pixels, whatever their size in mm.
    assert found["hd_px_cavity"].tolist() == [10, 10]
    assert found["hd_px_atrium"].tolist() == [5, 5]
    assert found["area_ratio"].to_dict() == {"forward": 2, "backward": 0.5}
    assert found[["dice_myocardium", "hd_px_myocardium"]].isna().all(axis=None)
    assert (found["folded"] == 0).all()
    assert (found["seconds"] > 0).all()


def test_pairs_are_clips_named_as_their_keys_begin(tmp_path, run):
    pairs = save(
        tmp_path / "pairs.npz",
        patient0001_4CH_frames=frames(2),
        patient0001_4CH_labels=np.stack([ED, ES]),
        patient0002_4CH_frames=frames(2),
        patient0002_4CH_labels=np.stack([ES, ES]),
        patient0002_4CH_spacing_mm=np.array([0.3, 0.3], np.float32),
    )
    found = run(pairs, "--estimators", "still").set_index(["clip", "direction"])
    assert found["area_ratio"].to_dict() == {
        ("patient0001_4CH", "forward"): 2,
        ("patient0001_4CH", "backward"): 0.5,
        ("patient0002_4CH", "forward"): 1,
        ("patient0002_4CH", "backward"): 1,
    }


def test_the_default_on_a_pair_that_stands_still(tmp_path, run):
    speckle = np.random.default_rng(0).integers(20, 200, (HEIGHT, WIDTH), np.uint8)
    pair = {"frames": np.stack([speckle, speckle]), "ed_labels": ED, "es_labels": ED}
    found = run(save(tmp_path / "clip.npz", **pair), "--estimators", "default")
    assert found["dice_cavity"].tolist() == pytest.approx([1, 1], abs=0.01)


def test_summary_compares_with_the_default_clip_by_clip(benchmark):
    # The atrium is in one clip of three.
    columns = ["estimator", "clip", "direction", "dice_cavity", "dice_atrium"]
    rows = pd.DataFrame(
        [
            ("still", "a", "forward", 0.6, 0.5),
            ("still", "a", "backward", 0.8, 0.5),
            ("still", "b", "forward", 0.5, np.nan),
            ("still", "c", "forward", 0.6, np.nan),
            ("default", "a", "forward", 0.9, 0.8),
            ("default", "a", "backward", 0.9, 0.6),
            ("default", "b", "forward", 0.9, np.nan),
            ("default", "c", "forward", 0.9, np.nan),
        ],
        columns=columns,
    )
    others = {"dice_myocardium": 0.5, **dict.fromkeys(benchmark.HDS, 2.0)}
    rows = rows.assign(of="pairs", area_ratio=1.0, folded=0.0, seconds=1.0, **others)
    lines = benchmark.summary(rows).splitlines()
    titles, *_, last = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines[-3:])
    cells = dict(zip(titles, last, strict=True))
    assert [cells[title] for title in ("of", "estimator", "less", "n")] == [
        *("pairs", "still", "default", "3"),
    ]
    # The clips are behind by 0.2, 0.4 and 0.3: the mean of a bootstrap lies between.
    assert cells["Dice cavity"] == "-0.3000 [-0.4000, -0.2000]"
    assert cells["Dice myocardium"] == "+0.0000 [+0.0000, +0.0000]"
    assert cells["Dice atrium"] == "-0.2000 (n = 1)"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"es_labels": None}, ["es_labels", "missing"]),
        ({"frames": None}, ["frames", "missing"]),
        ({"frames": frames(4).astype(float)}, ["frames", "float64", "uint8 [T, Y, X]"]),
        ({"frames": frames(1)}, ["frames", "fewer than two"]),
        ({"ed_labels": ED[None]}, ["ed_labels", "(1, 48, 64)", "uint8 [Y, X]"]),
        ({"ed_labels": ED[:-1]}, ["ed_labels", "(47, 64)", "(48, 64)"]),
        ({"ed_labels": 0 * ED}, ["ed_labels", "empty"]),
        ({"es_labels": 2 * ES}, ["es_labels", "the label 6"]),
        ({"spacing_mm": np.array([0.3, 0])}, ["spacing_mm", "(sy, sx)"]),
    ],
)
def test_a_clip_that_cannot_be_used(tmp_path, run, changes, words):
    arrays = {key: value for key, value in (CLIP | changes).items() if value is not None}
    clip = save(tmp_path / "clip.npz", **arrays)
    with pytest.raises(SystemExit) as refused:
        run(clip, "--estimators", "still")
    message = str(refused.value.code)
    assert message.startswith(f"{clip}: ")
    assert "\n" not in message
    assert all(word in message for word in words)


def test_a_pair_without_labels_of_its_own(tmp_path, run):
    pairs = save(tmp_path / "pairs.npz", a_frames=frames(2), b_labels=np.stack([ED, ES]))
    with pytest.raises(SystemExit, match=r"pairs.npz: a_labels: this key is missing"):
        run(pairs, "--estimators", "still")


def test_every_file_that_cannot_be_used_is_named(tmp_path, run):
    good, text = save(tmp_path / "clip.npz", **CLIP), tmp_path / "text.npz"
    text.write_text("no archive")
    (tmp_path / "other").mkdir()
    again = save(tmp_path / "other/clip.npz", **CLIP)
    with pytest.raises(SystemExit) as refused:
        run(good, text, tmp_path / "nowhere.npz", again, "--estimators", "still")
    lines = str(refused.value.code).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        str(text),
        str(tmp_path / "nowhere.npz"),
        str(again),
    ]
    assert "rename one of them" in lines[-1]


@pytest.mark.parametrize(
    ("name", "words"),
    [("optical", "there is no estimator"), ("dirnet", "give --checkpoint dirnet=PATH")],
)
def test_an_estimator_that_cannot_be_built(tmp_path, run, name, words):
    with pytest.raises(SystemExit, match=words):
        run(save(tmp_path / "clip.npz", **CLIP), "--estimators", name)
