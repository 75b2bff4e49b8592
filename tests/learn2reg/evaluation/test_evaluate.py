import gzip
import json
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from scipy.ndimage import gaussian_filter

from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from echoweave.learn2reg.evaluation.evaluate import evaluate_pairs
from echoweave.learn2reg.fields.files import field_file_name, write_field
from echoweave.learn2reg.splits import VolumePair
from tests.learn2reg.case_files import write_nifti
from tests.learn2reg.evaluation.folders import (
    SHAPE,
    SHIFTS,
    organs,
    write_fields,
    write_labels,
    write_volume,
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both folders, images, and what was measured, out/."""
    folder = tmp_path_factory.mktemp("study")
    write_labels(folder / "label")
    write_fields(folder / "fields")
    for number in (1, 2, 3):
        grey = np.where(organs(number - 1) > 0, 100, -100).astype(np.int16)
        write_volume(folder / f"img/img{number:04d}.nii.gz", grey)
    evaluate_pairs(
        labels=folder / "label",
        fields=folder / "fields",
        images=folder / "img",
        out=folder / "out",
        name="baseline",
        unregistered=True,
        jobs=2,
    )
    return folder


def test_every_pair_that_has_a_field_is_measured(study: Path) -> None:
    rows = read_tsv(study / "out/pairs.tsv").set_index(["variant", "moving"])
    assert set(rows["fixed"]) == {"l2r_0001"}
    assert rows["dice"].to_dict() == {
        ("baseline", "l2r_0002"): 1,
        # One of four planes off.
        ("baseline", "l2r_0003"): 0.75,
        ("unregistered", "l2r_0002"): 0.75,
        ("unregistered", "l2r_0003"): 0.5,
    }
    assert rows["hd95_voxels"].tolist() == [1, 2, 0, 1]
    assert rows["hd95_mm"].tolist() == [2, 4, 0, 2]
    assert not rows[["sdlogj_offset3", "folded_voxels", "one_sided", "lost"]].any(axis=None)


def test_every_organ_has_a_row(study: Path) -> None:
    rows = read_tsv(study / "out/labels.tsv")
    assert len(rows) == 2 * 2 * 2
    assert rows["organ"].unique().tolist() == ["spleen", "liver"]
    assert set(rows["present"]) == {"both"}


def test_the_summary_has_both_variants(study: Path) -> None:
    found = json.loads((study / "out/summary.json").read_text())["variants"]
    assert found["baseline"]["measures"]["dice"]["mean"] == pytest.approx(0.875)
    assert found["baseline"]["measures"]["dice"]["percentile"] == pytest.approx(0.825)
    assert found["unregistered"]["pairs"] == 2


def test_the_figures_are_there(study: Path) -> None:
    for name in ("worst.png", "boxplots.png"):
        assert (study / "out" / name).read_bytes().startswith(b"\x89PNG")
    # The worst comes first.
    svg = (study / "out/worst.svg").read_text()
    assert svg.index("Moving l2r_0003") < svg.index("Moving l2r_0002")


def test_pairs_without_a_common_organ_come_after_the_worst(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study / "label", tmp_path / "label")
    kidney = np.where(organs(1) == 6, 2, 0).astype(np.uint8)
    write_volume(tmp_path / "label/label0002.nii.gz", kidney)
    evaluate_pairs(labels=tmp_path / "label", fields=study / "fields", out=tmp_path / "out")
    rows = read_tsv(tmp_path / "out/pairs.tsv").set_index("moving")
    assert np.isnan(rows.loc["l2r_0002", "dice"])
    assert rows.loc["l2r_0002", ["organs", "one_sided"]].tolist() == [0, 3]
    svg = (tmp_path / "out/worst.svg").read_text()
    assert svg.index("Moving l2r_0003") < svg.index("Moving l2r_0002")
    assert "Warped: Dice unknown" in svg


def test_one_organ_of_one_pair_is_enough(study: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("fixed,moving\n1,3\n")
    for number in (1, 3):
        liver = organs(number - 1) * (organs(number - 1) == 6)
        write_volume(tmp_path / f"label/label{number:04d}.nii.gz", liver)
    evaluate_pairs(
        labels=tmp_path / "label",
        fields=study / "fields",
        pairs=tmp_path / "pairs.csv",
        out=tmp_path / "out",
    )
    (measured,) = json.loads((tmp_path / "out/summary.json").read_text())["variants"].values()
    assert measured["measures"]["dice"]["mean"] == 0.75
    assert measured["measures"]["dice"]["cases_low"] is None
    assert measured["organs"].keys() == {"liver"}


def test_an_image_of_another_size_than_its_labels_is_refused(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study / "img", tmp_path / "img")
    write_volume(tmp_path / "img/img0002.nii.gz", np.zeros((12, 14, 17), np.int16))
    with pytest.raises(InputError, match=r"17 x 14 x 12 voxels, and its labels have 16 x 14 x 12"):
        evaluate_pairs(
            labels=study / "label",
            fields=study / "fields",
            images=tmp_path / "img",
            out=tmp_path / "out",
        )
    assert not (tmp_path / "out").exists()


def test_a_list_alone_measures_the_identity_and_reads_what_it_needs(
    study: Path, tmp_path: Path
) -> None:
    (tmp_path / "label").mkdir()
    for number in (1, 3):
        name = f"label/AbdomenCTCT_{number:04d}_0000.nii.gz"
        shutil.copy(study / f"label/label{number:04d}.nii.gz", tmp_path / name)
    (tmp_path / "label/label0002.nii.gz").write_text("damaged")
    (tmp_path / "pairs.csv").write_text("fixed,moving\n1,3\n")
    evaluate_pairs(labels=tmp_path / "label", pairs=tmp_path / "pairs.csv", out=tmp_path / "out")
    whole = read_tsv(study / "out/pairs.tsv").query("variant == 'unregistered'")
    expected = whole[whole["moving"] == "l2r_0003"].reset_index(drop=True)
    assert_frame_equal(read_tsv(tmp_path / "out/pairs.tsv"), expected)


def test_files_need_not_be_zipped_nor_lie_in_one_folder(study: Path, tmp_path: Path) -> None:
    files = {
        kind: {
            f"l2r_{number:04d}": unzipped(
                study / f"{kind}/{kind}{number:04d}.nii.gz", tmp_path / f"{number}/{kind}"
            )
            for number in (1, 2, 3)
        }
        for kind in ("label", "img")
    }
    evaluate_pairs(
        labels=files["label"],
        images=files["img"],
        fields=study / "fields",
        out=tmp_path / "out",
        name="baseline",
    )
    whole = read_tsv(study / "out/pairs.tsv").query("variant == 'baseline'")
    assert_frame_equal(read_tsv(tmp_path / "out/pairs.tsv"), whole.reset_index(drop=True))


def test_how_files_store_their_axes_changes_nothing(tmp_path: Path) -> None:
    """Every case in axes of its own, its fields in these, too."""
    layouts = {"alike": ["RAS"] * 3, "mixed": ["LPS", "RAS", "PIR"]}
    generator = np.random.default_rng(4)
    noise = generator.normal(size=(3, *SHAPE))
    dvf = (0.3 + 4 * gaussian_filter(noise, (0, 2, 2, 2))).astype(np.float32)
    found = {}
    for name, layout in layouts.items():
        axes = dict(zip(SHIFTS, layout, strict=True))
        for case, shift in SHIFTS.items():
            path = tmp_path / f"{name}/label/label{case[-4:]}.nii.gz"
            write_nifti(path, organs(shift), axes[case])
        for pair in combinations(SHIFTS, 2):
            path = tmp_path / name / "fields" / field_file_name(*pair)
            write_field(path, dvf, (axes[pair[0]], axes[pair[1]]))
        evaluate_pairs(
            labels=tmp_path / name / "label",
            fields=tmp_path / name / "fields",
            out=tmp_path / name,
            unregistered=True,
        )
        found[name] = read_tsv(tmp_path / name / "pairs.tsv")
    assert_frame_equal(found["mixed"], found["alike"], rtol=1e-5)
    still, registered = (rows for _, rows in found["mixed"].groupby("variant", sort=False))
    assert still["dice"].tolist() == [0.75, 0.5, 0.75]
    assert not still[["sdlogj", "folded_voxels"]].any(axis=None)
    assert (registered["sdlogj"] > 0.05).all()


def test_two_files_of_a_case_are_refused(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study / "label", tmp_path / "label")
    unzipped(study / "label/label0002.nii.gz", tmp_path / "label")
    with pytest.raises(
        InputError,
        match=r"label: label0002.nii.gz and label0002.nii are files of one case; keep one of them",
    ):
        evaluate_pairs(labels=tmp_path / "label", fields=study / "fields", out=tmp_path / "out")


def unzipped(path: Path, folder: Path) -> Path:
    """Write the file again as .nii into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / path.name.removesuffix(".gz")
    copy.write_bytes(gzip.decompress(path.read_bytes()))
    return copy


def test_all_that_is_missing_is_told_at_once(study: Path, tmp_path: Path) -> None:
    pairs = [VolumePair("l2r_0001", "l2r_0002"), VolumePair("l2r_0002", "l2r_0004")]
    with pytest.raises(InputError) as failure:
        evaluate_pairs(
            labels=study / "label", fields=study / "fields", pairs=pairs, out=tmp_path / "out"
        )
    labels, field = map(str, failure.value.problems)
    assert labels == (
        f"{study}/label: no file of l2r_0004; add label0004 or AbdomenCTCT_0004_0000, .nii.gz or "
        ".nii, or leave out its pairs"
    )
    assert "no field of the pair" in field
    assert not (tmp_path / "out").exists()


def test_all_fields_that_are_broken_are_told_at_once(study: Path, tmp_path: Path) -> None:
    shape = (*SHAPE[::-1], 3)
    fields = {
        "disp_0001_0000_0002_0000.npz": np.full(shape, np.nan, np.float32),
        "disp_0001_0000_0003_0000.npz": np.zeros((4, 4, 4, 3), np.float32),
        "disp_0002_0000_0003_0000.npz": np.zeros(shape, np.float32),
    }
    for name, field in fields.items():
        np.savez(tmp_path / name, field)
    (tmp_path / "disp_0003_0001.npz").write_text("damaged")
    with pytest.raises(InputError) as failure:
        evaluate_pairs(labels=study / "label", fields=tmp_path, out=tmp_path / "out")
    first, second, third = map(str, failure.value.problems)
    assert "disp_0001_0000_0002_0000.npz" in first and "not finite" in first
    assert "disp_0001_0000_0003_0000.npz" in second and "4 x 4 x 4 x 3" in second
    assert "disp_0003_0001.npz" in third and "not a .npz file" in third
    assert not (tmp_path / "out").exists()
