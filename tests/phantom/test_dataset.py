from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from echoweave.errors import InputError
from echoweave.phantom.camus import interpolate_labels
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings

TINY = {"size": (48, 40), "frames": (3, 4), "seed": 3}


def _array(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def _cfg(path: Path) -> dict[str, str]:
    return dict(line.split(": ") for line in path.read_text().splitlines())


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("layout", ["mhd", "nifti"])
def test_more_patients_leave_the_others_as_they_were(tmp_path: Path, layout: str) -> None:
    write_phantom(
        tmp_path / "a", PhantomSettings(layout, patients=2, test_patients=1, ted=1, **TINY)
    )
    write_phantom(
        tmp_path / "b", PhantomSettings(layout, patients=3, test_patients=1, ted=2, **TINY)
    )
    small, large = _contents(tmp_path / "a"), _contents(tmp_path / "b")
    changed = {name for name in small if small[name] != large[name]}
    assert all("subgroup_training" in name for name in changed)
    assert any("patient0003_4CH" in name for name in set(large) - set(small))


def test_another_seed_gives_other_images(tmp_path: Path) -> None:
    for seed in (1, 2):
        options = TINY | {"seed": seed}
        write_phantom(
            tmp_path / str(seed), PhantomSettings(patients=1, test_patients=0, ted=0, **options)
        )
    name = "camus/training/patient0001/patient0001_4CH_ED.raw"
    assert (tmp_path / "1" / name).read_bytes() != (tmp_path / "2" / name).read_bytes()


def test_folders_of_the_mhd_release(phantom_mhd: Path) -> None:
    assert sorted(path.name for path in (phantom_mhd / "camus").iterdir()) == [
        "testing",
        "training",
    ]
    patient = phantom_mhd / "camus" / "testing" / "patient0010"
    stems = ("ED", "ED_gt", "ES", "ES_gt", "sequence")
    assert sorted(path.name for path in patient.iterdir()) == sorted(
        [f"Info_{view}.cfg" for view in ("2CH", "4CH")]
        + [
            f"patient0010_{view}_{stem}{suffix}"
            for view in ("2CH", "4CH")
            for stem in stems
            for suffix in (".mhd", ".raw")
        ]
    )


def test_cfg_of_the_mhd_release(phantom_mhd: Path) -> None:
    cfg = _cfg(phantom_mhd / "camus" / "training" / "patient0001" / "Info_4CH.cfg")
    assert list(cfg) == [
        *("ED", "ES", "NbFrame", "Sex", "Age", "ImageQuality", "LVedv", "LVesv", "LVef")
    ]
    assert cfg["ED"] == "1"
    assert cfg["ES"] == cfg["NbFrame"]
    expected = 100 * (1 - float(cfg["LVesv"]) / float(cfg["LVedv"]))
    assert float(cfg["LVef"]) == pytest.approx(expected, abs=0.6)


def test_headers_of_the_mhd_release(phantom_mhd: Path) -> None:
    folder = phantom_mhd / "camus" / "training" / "patient0001"
    header = sitk.ReadImage(str(folder / "patient0001_2CH_sequence.mhd"))
    frames = int(_cfg(folder / "Info_2CH.cfg")["NbFrame"])
    # 945 and 584 pixels of 0.154 and 0.308 mm become 128 and 96.
    assert header.GetSpacing()[:2] == pytest.approx((0.308 * 584 / 96, 0.154 * 945 / 128))
    assert header.GetSize()[2] == frames
    assert sitk.ReadImage(str(folder / "patient0001_2CH_ED.mhd")).GetSize()[2] == 1
    # Single frames have a third spacing too.
    for stem in ("sequence", "ED", "ES_gt"):
        header = sitk.ReadImage(str(folder / f"patient0001_2CH_{stem}.mhd"))
        assert header.GetSpacing()[2] == 1.54


def test_a_reversed_sequence_turned_is_in_the_order_of_the_truth(phantom_mhd: Path) -> None:
    folder = phantom_mhd / "camus" / "training" / "patient0002"
    cfg = _cfg(folder / "Info_4CH.cfg")
    assert cfg["ES"] == "1"
    assert cfg["ED"] == cfg["NbFrame"]
    turned = _array(folder / "patient0002_4CH_sequence.mhd")[::-1]
    np.testing.assert_array_equal(turned[:1], _array(folder / "patient0002_4CH_ED.mhd"))
    np.testing.assert_array_equal(turned[-1:], _array(folder / "patient0002_4CH_ES.mhd"))
    truth = _array(phantom_mhd / "truth" / "patient0002_4CH.nii.gz")
    np.testing.assert_array_equal(truth[:1], _array(folder / "patient0002_4CH_ED_gt.mhd"))
    np.testing.assert_array_equal(truth[-1:], _array(folder / "patient0002_4CH_ES_gt.mhd"))


def test_folders_and_lists_of_the_nifti_release(phantom_nifti: Path) -> None:
    lists = {
        path.stem: path.read_text().split()
        for path in (phantom_nifti / "camus" / "database_split").iterdir()
    }
    assert lists == {
        "subgroup_training": ["patient0001", "patient0002", "patient0003"],
        "subgroup_validation": ["patient0004"],
        "subgroup_testing": ["patient0010", "patient0020"],
    }
    folders = sorted(path.name for path in (phantom_nifti / "camus" / "database_nifti").iterdir())
    assert folders == sorted(name for names in lists.values() for name in names)


def test_variety_of_the_nifti_release(phantom_nifti: Path) -> None:
    database = phantom_nifti / "camus" / "database_nifti"
    kinds = {}
    for number in (1, 2, 3, 4):
        stem = database / f"patient{number:04d}" / f"patient{number:04d}_2CH_ED"
        image = sitk.ReadImage(f"{stem}.nii.gz")
        mask = sitk.ReadImage(f"{stem}_gt.nii.gz")
        kinds[number] = (
            image.GetDimension(),
            image.GetPixelIDTypeAsString(),
            mask.GetPixelIDTypeAsString(),
        )
    whole, decimal = "8-bit unsigned integer", "32-bit float"
    assert kinds == {
        1: (2, whole, decimal),
        2: (3, whole, whole),
        3: (2, decimal, whole),
        4: (3, whole, decimal),
    }
    cfg = _cfg(database / "patient0001" / "Info_2CH.cfg")
    assert list(cfg) == [*("ED", "ES", "NbFrame", "Sex", "Age", "ImageQuality", "EF", "FrameRate")]


def test_both_releases_show_the_same_patients(phantom_mhd: Path, phantom_nifti: Path) -> None:
    mhd = phantom_mhd / "camus" / "training" / "patient0003" / "patient0003_2CH_sequence.mhd"
    stem = phantom_nifti / "camus" / "database_nifti" / "patient0003" / "patient0003_2CH"
    np.testing.assert_array_equal(_array(mhd), _array(Path(f"{stem}_half_sequence.nii.gz")))


def test_masks_between_ed_and_es_of_the_nifti_release_are_not_true(phantom_nifti: Path) -> None:
    folder = phantom_nifti / "camus" / "database_nifti" / "patient0001"
    weak = _array(folder / "patient0001_2CH_half_sequence_gt.nii.gz")
    truth = _array(phantom_nifti / "truth" / "patient0001_2CH.nii.gz")
    differs = (weak != truth).any(axis=(1, 2))
    assert not differs[[0, -1]].any()
    assert differs[1:-1].all()


def test_interpolation_is_half_way_at_half_time() -> None:
    labels = np.zeros((3, 1, 9), dtype=np.uint8)
    labels[0, 0, :3] = 1
    labels[1] = 3
    labels[2, 0, :7] = 1
    np.testing.assert_array_equal(interpolate_labels(labels)[1, 0], [1] * 5 + [0] * 4)


def test_ted_holds_the_very_frames_of_camus(phantom_mhd: Path) -> None:
    database = phantom_mhd / "ted" / "database"
    assert sorted(path.name for path in database.iterdir()) == [
        "patient096",
        "patient097",
        "patient098",
    ]
    folder = database / "patient097"
    cfg = _cfg(folder / "patient097_4CH_info.cfg")
    beat = _array(folder / "patient097_4CH_sequence.mhd")
    masks = _array(folder / "patient097_4CH_sequence_gt.mhd")
    n = int(cfg["ES"])
    assert len(beat) == len(masks) == int(cfg["NbFrame"]) > n
    camus = phantom_mhd / "camus" / "training" / "patient0002"
    turned = _array(camus / "patient0002_4CH_sequence.mhd")[::-1]
    np.testing.assert_array_equal(beat[:n], turned)
    truth = _array(phantom_mhd / "truth" / "patient0002_4CH.nii.gz")
    np.testing.assert_array_equal(masks[:n], np.where(truth == 3, 0, truth))
    assert set(np.unique(masks)) == {0, 1, 2}


@pytest.mark.parametrize("layout", ["mhd", "nifti"])
def test_real_diastoles_are_the_frames_from_es_to_the_next_ed_in_the_order_of_ted(
    tmp_path: Path, layout: str
) -> None:
    """The 4CH view of patient 2 is stored with ES first, and is in TED."""
    options = TINY | {"size": (64, 48)}
    for name, diastoles in (("turned", False), ("filling", True)):
        settings = PhantomSettings(layout, 2, 0, 2, diastoles=diastoles, **options)
        write_phantom(tmp_path / name, settings)
    suffix = "sequence.mhd" if layout == "mhd" else "half_sequence.nii.gz"
    folder = "camus/training" if layout == "mhd" else "camus/database_nifti"
    turned, filling = _contents(tmp_path / "turned"), _contents(tmp_path / "filling")
    assert {name.split("/")[-1][:15] for name in filling if turned[name] != filling[name]} == {
        *("patient0002_4CH", "Info_4CH.cfg")
    }
    home = tmp_path / "filling" / folder / "patient0002"
    cfg = _cfg(home / "Info_4CH.cfg")
    ted = tmp_path / "filling/ted/database/patient097/patient097_4CH_sequence"
    beat, masks = _array(ted.with_suffix(".mhd")), _array(ted.with_name(f"{ted.name}_gt.mhd"))
    es = int(_cfg(ted.with_name("patient097_4CH_info.cfg"))["ES"]) - 1
    n = len(beat) - es
    assert (cfg["ES"], cfg["ED"], cfg["NbFrame"]) == ("1", str(n), str(n))
    np.testing.assert_array_equal(_array(home / f"patient0002_4CH_{suffix}"), beat[es:])
    ending = suffix[suffix.index(".") :]
    for name, frame in (("ED", beat[-1]), ("ES", beat[es])):
        image = _array(home / f"patient0002_4CH_{name}{ending}")
        np.testing.assert_array_equal(image.reshape(frame.shape), frame)
    truth = _array(tmp_path / "filling/truth/patient0002_4CH.nii.gz")
    np.testing.assert_array_equal(np.where(truth == 3, 0, truth), masks[: es - 1 : -1])
    reference = _array(home / f"patient0002_4CH_ED_gt{ending}")
    np.testing.assert_array_equal(reference.reshape(truth[0].shape), truth[0])


def test_truth_covers_every_sequence_and_frame(phantom_mhd: Path) -> None:
    truth = {path.name: _array(path) for path in (phantom_mhd / "truth").iterdir()}
    assert len(truth) == 12
    for group in ("training", "testing"):
        for path in (phantom_mhd / "camus" / group).rglob("*_sequence.mhd"):
            labels = truth[path.name.replace("_sequence.mhd", ".nii.gz")]
            assert labels.shape == _array(path).shape
            assert labels.dtype == np.uint8
            assert set(np.unique(labels)) == {0, 1, 2, 3}


@pytest.mark.parametrize(("layout", "folder"), [("mhd", "testing"), ("nifti", "database_nifti")])
def test_test_labels_can_be_hidden(tmp_path: Path, layout: str, folder: str) -> None:
    settings = PhantomSettings(layout, 1, 1, 0, hide_test_labels=True, **TINY)
    write_phantom(tmp_path / "out", settings)
    patient = tmp_path / "out" / "camus" / folder / "patient0010"
    assert not list(patient.glob("*_gt*"))
    assert not {"LVedv", "LVesv", "LVef", "EF"} & set(_cfg(patient / "Info_4CH.cfg"))
    assert (tmp_path / "out" / "truth" / "patient0010_4CH.nii.gz").is_file()


def test_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is there already; delete it or give another folder"):
        write_phantom(tmp_path, PhantomSettings(patients=1, test_patients=0, ted=0, **TINY))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_nothing_is_left_of_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("echoweave.phantom.dataset.write_sequence", fail)
    with pytest.raises(OSError, match="disk full"):
        write_phantom(tmp_path / "out", PhantomSettings(patients=1, test_patients=0, ted=0, **TINY))
    assert not list(tmp_path.iterdir())


def test_numbers_of_a_large_phantom() -> None:
    settings = PhantomSettings(patients=11, test_patients=2, ted=2)
    assert settings.training_numbers == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12]
    assert settings.test_numbers == [10, 20]
    assert settings.ted_numbers == {1: 98, 2: 97}


def test_every_third_ted_clip_has_more_beats() -> None:
    settings = PhantomSettings(patients=5, ted=5, beats=3)
    assert settings.ted_beats == {1: 3, 2: 1, 3: 1, 4: 3, 5: 1}
