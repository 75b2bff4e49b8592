"""The abdominal phantom: files as released, people apart, and fields that are true."""

import filecmp
import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from echoweave.cli import main
from echoweave.errors import InputError
from echoweave.geometry.warp import jacobian_determinant
from echoweave.io.nifti import read_nifti
from echoweave.learn2reg.axes import axes_of, orient_volume
from echoweave.learn2reg.fields.files import find_field, read_field
from echoweave.learn2reg.organs import ORGANS
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.learn2reg.anatomy import body_depths, ellipsoid, organ_depths, organ_labels
from echoweave.phantom.learn2reg.cohorts import OTHER_COHORTS
from echoweave.phantom.learn2reg.deformation import flow, true_field
from echoweave.phantom.learn2reg.files import target_template
from echoweave.phantom.settings import PhantomSettings

SETTINGS = PhantomSettings(layout="learn2reg", patients=1, test_patients=4, others=1, seed=11)
CASES = ("0001", "0004", "0007", "0010")
# (Z, Y, X) of the target's volumes.
SHAPE = (64, 40, 48)
Volume = NDArray[np.generic]


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("abdomens") / "phantom"
    write_phantom(out, SETTINGS)
    return out


def volume(path: Path) -> tuple[Volume, tuple[float, ...], str]:
    """Return [Z, Y, X], (sz, sy, sx) as stored, and the axes."""
    array, spacing, directions = read_nifti(path)
    axes = axes_of(directions)
    return orient_volume(array, axes), spacing, axes


def labels(phantom: Path, case: str) -> Volume:
    return volume(phantom / f"learn2reg/label/label{case}.nii.gz")[0]


def dice(first: Volume, second: Volume) -> list[float]:
    """Dice of each organ."""
    both = [((first == organ), (second == organ)) for organ in ORGANS]
    return [float(2 * (a & b).sum() / (a.sum() + b.sum())) for a, b in both]


def test_the_target_has_the_names_and_numbers_of_learn2reg(phantom: Path) -> None:
    home = phantom / "learn2reg"
    for kind in ("img", "label"):
        found = sorted(path.name for path in (home / kind).iterdir())
        # 2 is the first training case; the others are the first of the validation cases.
        assert found == [f"{kind}{case}.nii.gz" for case in sorted([*CASES, "0002"])]
    pairs = pd.read_csv(home / "pairs_val.csv")
    assert list(pairs) == ["fixed", "moving"]
    assert pairs.to_numpy().tolist() == [list(pair) for pair in combinations((1, 4, 7, 10), 2)]
    assert len(list((phantom / "truth").iterdir())) == 6
    image, spacing, axes = volume(home / "img/img0001.nii.gz")
    assert (image.shape, spacing, axes) == (SHAPE, (8, 8, 8), "LAS")
    assert image.dtype == np.int16


def test_every_organ_is_there_with_its_grey_values(phantom: Path) -> None:
    image = volume(phantom / "learn2reg/img/img0001.nii.gz")[0].astype(float)
    organs = labels(phantom, "0001")
    assert np.unique(organs).tolist() == list(range(14))
    means = {organ: image[organs == organ].mean() for organ in ORGANS}
    # Liver and kidneys take contrast up, bile does not, and air is outside.
    assert 60 < means[6] < 160
    assert means[2] > means[6] > means[4] + 20
    assert image[0, 0, 0] < -900
    assert all((organs == organ).sum() > 25 for organ in ORGANS)


def test_organs_lie_where_they_do_in_people(phantom: Path) -> None:
    organs = labels(phantom, "0001")
    z, y, x = np.array([np.argwhere(organs == organ).mean(axis=0) for organ in range(14)]).T
    # To the right of the patient: liver, right kidney, gallbladder, vena cava.
    assert x[6] < x[9] < x[8] < x[7] < x[1]
    assert x[2] < x[3]
    assert x[12] < x[13]
    # Kidneys behind, adrenals above them, the gallbladder in front; the oesophagus on top.
    assert min(y[2], y[3]) > y[11] > y[4]
    assert z[12] > z[2]
    assert z[13] > z[3]
    assert z[5] == z[1:].max()


def test_people_are_apart_by_about_half_and_true_fields_bring_them_together(
    phantom: Path,
) -> None:
    before, after = [], []
    for fixed, moving in combinations(CASES, 2):
        first, second = labels(phantom, fixed), labels(phantom, moving)
        path = find_field(phantom / "truth", f"l2r_{fixed}", f"l2r_{moving}")
        dvf = read_field(path, SHAPE, ("LAS", "LAS"))
        warped = map_coordinates(second, np.indices(SHAPE) + dvf, order=0)
        before.append(dice(first, second))
        after.append(dice(first, warped))
        # A true field does not fold.
        assert jacobian_determinant(torch.from_numpy(dvf)[None]).min() > 0.1
    assert 0.4 < np.mean(before) < 0.6
    # Voxels of 8 mm keep it from 1: the nearest one is taken.
    assert np.mean(after) > 0.85
    assert np.mean(after, axis=0).min() > 0.75


def test_there_and_back_is_where_one_was() -> None:
    template = target_template(SETTINGS)
    first, second = template.person(0, 1), template.person(0, 4)
    there = true_field(first, second)
    assert np.abs(there).max() > 3
    # On from where one came to: to the template and back to the first person.
    back = flow(-first, flow(second, there))
    assert np.abs(back).max() < 0.005


def test_a_constant_velocity_is_a_shift_and_a_linear_one_a_stretch() -> None:
    shift = np.broadcast_to(np.float32([1, -2, 0.5])[:, None, None, None], (3, 4, 5, 6)).copy()
    assert np.allclose(flow(shift), shift, atol=1e-5)
    stretch = np.zeros((3, 4, 5, 31), np.float32)
    stretch[2] = 0.1 * (np.arange(31) - 15)
    # x' = .1 x from 10 beside the middle: 10 e^.1 after unit time.
    assert flow(stretch)[2, 2, 2, 25] == pytest.approx(10 * np.exp(0.1) - 10, abs=1e-3)


@pytest.mark.parametrize(
    ("cohort", "axes", "organs"),
    [
        ("Task03_Liver", "RAS", {6: 1}),
        ("Task07_Pancreas", "LAS", {11: 1}),
        ("Task09_Spleen", "LPS", {1: 1}),
        ("Task10_Colon", "RPS", {}),
        ("kits19/data", "IPL", {2: 1, 3: 1}),
    ],
)
def test_cohorts_are_labelled_in_part_and_stored_as_they_are_released(
    phantom: Path, cohort: str, axes: str, organs: dict[int, int]
) -> None:
    (form,) = (one for one in OTHER_COHORTS if one.folder == cohort)
    image, spacing, found = volume(phantom / cohort / form.image.format(0))
    stored, _, _ = volume(phantom / cohort / form.labels.format(0))
    assert found == axes
    assert image.shape == stored.shape != SHAPE
    assert spacing != (8, 8, 8)
    values = set(organs.values()) | ({form.tumour} if form.tumour else set())
    assert set(np.unique(stored)) == values | {0}
    # The body fills the middle, and its air lies in front: patients lie on their backs.
    assert image[len(image) // 2].mean() > image[:, :2].mean() + 300
    if form.described:
        description = json.loads((phantom / cohort / "dataset.json").read_text())
        assert (phantom / cohort / description["training"][0]["label"]).is_file()
        assert len(description["labels"]) == len(values) + 1


def test_texture_moves_with_tissue_and_noise_does_not(phantom: Path) -> None:
    images = {
        case: volume(phantom / f"learn2reg/img/img{case}.nii.gz")[0].astype(float)
        for case in ("0001", "0004")
    }
    dvf = read_field(find_field(phantom / "truth", "l2r_0001", "l2r_0004"), SHAPE, ("LAS", "LAS"))
    warped = map_coordinates(images["0004"], np.indices(SHAPE) + dvf, order=1)
    warped_labels = map_coordinates(labels(phantom, "0004"), np.indices(SHAPE) + dvf, order=0)
    liver = (labels(phantom, "0001") == 6) & (warped_labels == 6)
    still = (labels(phantom, "0001") == 6) & (labels(phantom, "0004") == 6)
    registered = np.corrcoef(images["0001"][liver], warped[liver])[0, 1]
    apart = np.corrcoef(images["0001"][still], images["0004"][still])[0, 1]
    assert 0.2 < registered < 0.9
    assert registered > apart + 0.1


def test_the_same_seed_gives_the_same_files_and_more_cases_leave_them(
    phantom: Path, tmp_path: Path
) -> None:
    few = "--layout learn2reg --patients 2 --test-patients 2 --others 0 --seed 11"
    assert main(["phantom", str(tmp_path / "out"), *few.split()]) == 0
    same = [
        f"learn2reg/{kind}000{case}.nii.gz"
        for kind in ("img/img", "label/label")
        for case in (1, 2, 4)
    ]
    same.append("truth/disp_0001_0000_0004_0000.npz")
    assert filecmp.cmpfiles(phantom, tmp_path / "out", same, shallow=False)[0] == same
    assert not (tmp_path / "out/Task03_Liver").exists()


def test_a_finer_grid_shows_the_same_person() -> None:
    coarse, fine = (
        target_template(PhantomSettings(layout="learn2reg", size=size, seed=11))
        for size in ((24, 20, 32), (48, 40, 64))
    )
    seen = []
    for template in (coarse, fine):
        moved = flow(template.person(0, 1))
        places = template.grid.places + template.grid.step * moved
        depths = organ_depths(places, body_depths(places)["cavity"])
        seen.append((organ_labels(depths) == 6).sum() * np.prod(template.grid.spacing))
    assert seen[0] == pytest.approx(seen[1], rel=0.03)


def test_depth_is_in_mm() -> None:
    places = np.zeros((3, 4), np.float32)
    places[2] = [0, 5, 10, 20]
    # Along the shortest axis of 10 mm.
    assert ellipsoid(places, (0, 0, 0), (30, 20, 10)).tolist() == pytest.approx([10, 5, 0, -10])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patients": 21}, "--patients: 21 is out of range; give 1 to 20"),
        ({"test_patients": 1}, "--test-patients: 1 is out of range; give 2 to 9"),
        # With ten it would have the pairs that the published numbers are of.
        ({"test_patients": 10}, "--test-patients: 10 is out of range; give 2 to 9"),
        ({"size": (48, 40)}, "--size: 48 40 is out of range; give three numbers from 16 to 2048"),
        ({"size": (48, 40, 8)}, "--size: 48 40 8 is out of range"),
        ({"others": -1}, "--others: -1 is out of range; give 0 to 100"),
    ],
)
def test_options_out_of_range(options: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        PhantomSettings(layout="learn2reg", **options)  # type: ignore[arg-type]


def test_pictures_have_two_sides() -> None:
    with pytest.raises(InputError, match="--size: 48 40 64 is out of range; give two numbers"):
        PhantomSettings(size=(48, 40, 64))
