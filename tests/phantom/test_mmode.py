"""The M-mode phantom: strips, screens, and what is true of them."""

import filecmp
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.pixels import pixel_array
from scipy.signal import find_peaks

from echoweave.cli import main
from echoweave.clips.regions import CENTIMETRES, MMODE, SECONDS, Region, regions_of
from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from echoweave.phantom.artefacts import PLAIN
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.mmode.beat_train import BeatTrain, Heart
from echoweave.phantom.mmode.population import POPULATIONS
from echoweave.phantom.mmode.stretches import BadStretch, good_and_bad
from echoweave.phantom.settings import PhantomSettings
from echoweave.phantom.timecourse import SINE

# Animals 1 to 5: pictures, but DICOM of animal 3; of animal 5 the second recording is all bad.
SMALL = PhantomSettings(layout="mmode", patients=5, test_patients=0, size=(64, 512), seed=11)


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mmode") / "phantom"
    write_phantom(out, SMALL)
    return out


def table(phantom: Path, name: str) -> pd.DataFrame:
    return read_tsv(phantom / name).set_index("recording")


def picture(path: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(path))


def diameters(phantom: Path, recording: str) -> pd.DataFrame:
    return read_tsv(phantom / f"truth/lvid/{recording}.tsv")


def mmode_region(path: Path) -> tuple[Region, list[Region]]:
    regions = regions_of(pydicom.dcmread(path), 10_000, 10_000)
    (found,) = (one for one in regions if one.spatial_format == MMODE)
    return found, regions


def test_each_animal_has_two_recordings_as_pictures_or_as_dicom(phantom: Path) -> None:
    strips = table(phantom, "mmode/strips.tsv")
    names = [f"mouse000{animal}_{number}" for animal in range(1, 6) for number in (1, 2)]
    assert strips.index.tolist() == names
    assert strips["animal"].tolist() == [name[:-2] for name in names]
    in_dicom = [name.startswith("mouse0003") for name in names]
    assert strips["file"].tolist() == [
        f"dicom/{name}.dcm" if dicom else f"img/{name}.png"
        for name, dicom in zip(names, in_dicom, strict=True)
    ]
    # Files of scanners say themselves how large a pixel is.
    for scale in ("mm_per_px", "ms_per_px"):
        assert strips[scale].isna().tolist() == in_dicom
    assert strips["mass_g"].between(18, 48).all()
    found = {
        kind: {path.stem for path in (phantom / "mmode" / kind).iterdir()}
        for kind in ("img", "mask", "dicom", "traces")
    }
    pictures = {name for name, dicom in zip(names, in_dicom, strict=True) if not dicom}
    assert found["img"] == found["mask"] == pictures
    assert found["dicom"] == found["traces"] == set(names) - pictures


def test_masks_have_one_run_a_column_as_high_as_the_true_diameter(phantom: Path) -> None:
    strips = table(phantom, "mmode/strips.tsv")
    for name, row in strips[strips["mm_per_px"].notna()].iterrows():
        mask = picture(phantom / f"mmode/mask/{name}.png")
        strip = picture(phantom / f"mmode/img/{name}.png")
        assert mask.shape == strip.shape == SMALL.image_size
        assert set(np.unique(mask)) == {0, 255}
        ends = np.diff((mask > 0).astype(int), axis=0)
        assert ((ends == 1).sum(axis=0) == 1).all()
        assert ((ends == -1).sum(axis=0) == 1).all()
        measured = (mask > 0).sum(axis=0) * row["mm_per_px"]
        true = diameters(phantom, str(name))["lvid_mm"]
        assert np.abs(measured - true).max() < row["mm_per_px"]
        # Between the ends of pixels the error is as often positive as negative.
        assert abs((measured - true).mean()) < 0.1 * row["mm_per_px"]


def test_the_lumen_is_dark_between_bright_walls(phantom: Path) -> None:
    truth = table(phantom, "truth/mmode.tsv")
    name = truth.index[(truth["good_share"] == 1) & ~truth.index.str.startswith("mouse0003")][0]
    strip = picture(phantom / f"mmode/img/{name}.png").astype(float)
    mask = picture(phantom / f"mmode/mask/{name}.png") > 0
    above, below = (np.roll(mask, shift, axis=0) & ~mask for shift in (-3, 3))
    for wall in (above, below):
        assert strip[wall].mean() > strip[mask].mean() + 60


def test_beats_are_those_of_the_diameters(phantom: Path) -> None:
    beats = read_tsv(phantom / "truth/beats.tsv")
    assert len(beats) > 10
    for name, of_one in beats.groupby("recording"):
        lvid = diameters(phantom, str(name))
        for beat in of_one.itertuples():
            inside = lvid[lvid["time_s"].between(beat.start_s, beat.end_s)]
            # Between columns it may be a little more.
            assert inside["lvid_mm"].min() == pytest.approx(beat.lvids_mm, rel=0.004)
            first = inside["lvid_mm"].iloc[0]
            assert first == pytest.approx(beat.lvidd_mm, rel=0.004)
            # The column in whose middle it is narrowest is next to the end of systole.
            narrowest = inside["time_s"].loc[inside["lvid_mm"].idxmin()]
            assert abs(narrowest - beat.systole_s) < 0.003
            assert beat.hr_bpm == pytest.approx(60 / (beat.end_s - beat.start_s), rel=1e-3)
            # In mm, Teichholz.
            volumes = [7 * d**3 / (2.4 + d) for d in (beat.lvidd_mm, beat.lvids_mm)]
            assert beat.ef_percent == pytest.approx(100 * (1 - volumes[1] / volumes[0]), abs=0.01)
            assert beat.fs_percent == pytest.approx(
                100 * (1 - beat.lvids_mm / beat.lvidd_mm), abs=0.01
            )


def test_the_truth_of_a_recording_is_the_median_of_its_good_beats(phantom: Path) -> None:
    truth, beats = table(phantom, "truth/mmode.tsv"), table(phantom, "truth/beats.tsv")
    regions = table(phantom, "mmode/regions.tsv")
    length = diameters(phantom, "mouse0001_1")["time_s"].iloc[-1]
    for name, row in truth.iterrows():
        good = beats[beats["good"] & (beats.index == name)]
        assert len(good) == row["good_beats"]
        if len(good):
            assert row["hr_bpm"] == pytest.approx(good["hr_bpm"].median(), rel=1e-5)
            assert row["ef_percent"] == pytest.approx(good["ef_percent"].median(), rel=1e-5)
        else:
            assert np.isnan(row["lvidd_mm"])
        starts, ends = (
            [
                float(word)
                for word in str(regions.loc[name, f"good_{end}_s"]).split()
                if word != "nan"
            ]
            for end in ("start", "end")
        )
        shares = [(end - start) / length for start, end in zip(starts, ends, strict=True)]
        assert row["good_share"] == pytest.approx(sum(shares), abs=0.005)
        for beat in good.itertuples():
            spans = zip(starts, ends, strict=True)
            assert any(a - 1e-4 <= beat.start_s and beat.end_s <= b + 1e-4 for a, b in spans)
    # Nothing of it is good: its truth is missing, not 0.
    assert truth.loc["mouse0005_2", "good_share"] == 0
    assert np.isnan(truth.loc["mouse0005_2", "ef_percent"])
    assert str(regions.loc["mouse0005_2", "good_start_s"]) == "nan"


@pytest.mark.parametrize("number", [1, 2])
def test_a_screen_scrolls_over_the_strip_that_the_traces_belong_to(
    phantom: Path, number: int
) -> None:
    name = f"mouse0003_{number}"
    path = phantom / f"mmode/dicom/{name}.dcm"
    region, regions = mmode_region(path)
    assert sorted(one.spatial_format for one in regions) == [1, MMODE, 4]
    assert region.units == (CENTIMETRES, SECONDS)
    assert region.delta is not None
    assert region.delta[1] == pytest.approx(0.00083334)
    assert region.box.bottom - region.box.top == 64
    frames = pixel_array(path)
    assert frames.shape[3] == 3
    moving = frames[:, *region.box.slices].mean(axis=-1)
    # Of one frame to the next the right half goes on; JPEG changes it a little.
    width = moving.shape[2]
    joined = moving[0]
    for frame in moving[1:]:
        steps = np.arange(width // 2 + 1)
        errors = [
            np.abs(joined[:, joined.shape[1] - width + s :] - frame[:, : width - s]).mean()
            for s in steps
        ]
        step = int(np.argmin(errors))
        assert errors[step] < 6
        joined = np.concatenate([joined, frame[:, width - step :]], axis=1)
    assert joined.shape == SMALL.image_size
    traces = pd.read_csv(phantom / f"mmode/traces/{name}.csv")
    at = np.arange(512)
    upper, lower = (
        np.interp(at, line["x"], line["y"])
        for line in (traces[traces["line"] == which] for which in ("upper", "lower"))
    )
    true = diameters(phantom, name)["lvid_mm"] / (10 * region.delta[0])
    assert np.abs(lower - upper - true).max() < 0.25


def test_the_mmode_region_has_no_fixed_place_in_the_list(tmp_path: Path) -> None:
    write_phantom(tmp_path / "out", replace(SMALL, patients=11, size=(32, 96)))
    places = set()
    for path in (tmp_path / "out/mmode/dicom").iterdir():
        region, regions = mmode_region(path)
        places.add(regions.index(region))
    assert len(places) > 1


def test_the_same_seed_gives_the_same_files_and_more_animals_leave_them(
    phantom: Path, tmp_path: Path
) -> None:
    write_phantom(tmp_path / "out", replace(SMALL, patients=3))
    files = [path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.*")]
    own = [str(file) for file in files if file.suffix in (".png", ".dcm", ".csv")]
    assert len(own) == 12
    assert filecmp.cmpfiles(phantom, tmp_path / "out", own, shallow=False)[0] == own
    write_phantom(tmp_path / "other", replace(SMALL, patients=1, seed=12))
    first = "mmode/img/mouse0001_1.png"
    assert (picture(phantom / first) != picture(tmp_path / "other" / first)).any()


def test_people_are_larger_and_slower(tmp_path: Path) -> None:
    options = "--layout mmode --species human --patients 2 --test-patients 1 --size 64 512 --seed 3"
    assert main(["phantom", str(tmp_path / "out"), *options.split()]) == 0
    truth = table(tmp_path / "out", "truth/mmode.tsv")
    assert [name for name in truth.index if name.endswith("_1")] == [
        "human0001_1",
        "human0002_1",
        "human0010_1",
    ]
    known = truth.dropna()
    assert known["lvidd_mm"].between(37, 61).all()
    assert known["hr_bpm"].between(50, 190).all()
    assert known["ef_percent"].between(27, 78).all()
    with pytest.raises(InputError, match="--species: rat is out of range; give mouse or human"):
        PhantomSettings(layout="mmode", species="rat")


def test_a_sine_beats_as_often_as_it_says() -> None:
    heart = Heart(
        rate_bpm=900, lvidd_mm=3.0, lvids_mm=2.0, wall_mm=(0.7, 0.7), course=SINE, systole=0.5
    )
    rng = np.random.default_rng(0)
    times = np.arange(0, 1, 0.00083334)
    beats = BeatTrain.draw(heart, 1.0, 1.0, rng)
    lvid = beats.diameters_mm(times)
    peaks, _ = find_peaks(lvid, prominence=0.5)
    # 900 a minute are 15 a second.
    assert len(peaks) in (14, 15, 16)
    assert 60 / np.median(np.diff(times[peaks])) == pytest.approx(900, rel=0.03)
    # Of a sine as much time is spent above its middle as below.
    assert (lvid > 2.5).mean() == pytest.approx(0.5, abs=0.03)
    assert (lvid.max(), lvid.min()) == pytest.approx((3.0, 2.0), abs=0.08)


@pytest.mark.parametrize("species", ["mouse", "human"])
def test_hearts_have_the_ejection_fraction_that_was_drawn(species: str) -> None:
    population = POPULATIONS[species]
    rng = np.random.default_rng(1)
    hearts = [Heart.draw(population, rng, sine=False) for _ in range(200)]
    low, high = population.ef_percent
    ejected = [population.ejected_percent(one.lvidd_mm, one.lvids_mm) for one in hearts]
    assert low <= min(ejected) < low + 3
    assert high - 3 < max(ejected) <= high
    low, high = population.rate_bpm
    rates = [one.rate_bpm for one in hearts]
    assert low <= min(rates) < 1.15 * low
    assert 0.85 * high < max(rates) <= high


def test_volumes_of_teichholz() -> None:
    # 7 * 27 / 5.4 = 35 uL of 3 mm; 7 * 125 / 7.4 = 118.2 mL of 50 mm.
    assert POPULATIONS["mouse"].volume(3.0) == pytest.approx(35.0)
    assert POPULATIONS["human"].volume(50.0) == pytest.approx(118.24, abs=0.01)


def test_good_and_bad_stretches_leave_doubt_between_them() -> None:
    # 10 s to 14 s of 20 s; 5 % of 4 s on either side is neither.
    stretch = BadStretch("off", 10.0, 14.0)
    assert good_and_bad((stretch,), 20.0) == ([(0.0, 9.8), (14.2, 20.0)], [(10.0, 14.0)])
    assert stretch.weights(np.array([9.8, 10.0, 12.0, 14.0, 14.2])).tolist() == pytest.approx(
        [0, 0.5, 1, 0.5, 0]
    )
    assert good_and_bad((BadStretch("off", -1.0, 4.0),), 20.0)[0] == [(4.25, 20.0)]


def test_of_a_plain_phantom_all_is_good_and_nothing_else_moves(tmp_path: Path) -> None:
    write_phantom(tmp_path / "out", replace(SMALL, patients=1, size=(64, 1024), artefacts=PLAIN))
    truth = table(tmp_path / "out", "truth/mmode.tsv")
    assert truth["good_share"].tolist() == [1, 1]
    assert truth["course"].tolist() == ["sine", "sine"]
    mask = picture(tmp_path / "out/mmode/mask/mouse0001_1.png") > 0
    # The septum's side is highest at every ED alike: no breath moves it.
    upper = mask.argmax(axis=0)
    beats = table(tmp_path / "out", "truth/beats.tsv").loc["mouse0001_1"]
    assert len(beats) > 3
    diastoles = np.rint(beats["start_s"].to_numpy() / 0.00083334).astype(int)
    assert np.ptp(upper[diastoles]) <= 1
