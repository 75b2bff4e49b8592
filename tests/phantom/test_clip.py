import hashlib
from dataclasses import replace

import numpy as np
import pytest

from echoweave.labels import MYOCARDIUM
from echoweave.phantom.artefacts import PLAIN, REALISTIC
from echoweave.phantom.clip import record
from echoweave.phantom.patient import Patient, draw_patient


@pytest.fixture(scope="module")
def patient() -> Patient:
    return draw_patient(2023, 1, (100, 80), (8, 12))


def test_plain_pictures_stay_what_they_were() -> None:
    """The digest is that of the pictures before there were any artefacts."""
    patient, digest = draw_patient(2023, 2, (64, 48), (5, 7)), hashlib.sha256()
    for view in patient.views:
        clip = record(view, patient.sector, 1, PLAIN)
        digest.update(clip.frames.tobytes() + clip.labels.tobytes())
    assert digest.hexdigest()[:16] == "c639f3df1657e576"


def test_plain_masks_end_with_the_sector_and_real_ones_go_on(patient: Patient) -> None:
    view, inside = patient.views[1], patient.sector.inside(*patient.sector.pixel_centres())
    plain, real = (record(view, patient.sector, 0, shown).labels for shown in (PLAIN, REALISTIC))
    assert not plain[:, ~inside].any()
    np.testing.assert_array_equal(plain[0, inside], real[0, inside])
    assert ((real[0] == MYOCARDIUM) & ~inside).sum() > 0.05 * (real[0] == MYOCARDIUM).sum()


def test_masks_do_not_depend_on_what_the_pictures_show(patient: Patient) -> None:
    clear = replace(REALISTIC, rim=0.0, haze_db=-60.0, dropout_db=0.0, out_of_plane=0.0, jpeg=0)
    clips = [record(patient.views[0], patient.sector, 1, shown) for shown in (clear, REALISTIC)]
    np.testing.assert_array_equal(clips[0].labels, clips[1].labels)
    assert (clips[0].frames != clips[1].frames).any()


def test_the_rim_stands_still_while_the_inside_moves() -> None:
    """ED and ES are alike by half in the rim, as in real pairs, and less in the wall."""
    likeness = []
    for number in (1, 3, 4):
        patient = draw_patient(2023, number, (320, 256), (3, 3))
        view, sector = patient.views[1], patient.sector
        clip = record(view, sector, 0, replace(REALISTIC, jpeg=0))
        x, y = sector.pixel_centres()
        rim = sector.inside(x, y) & ~sector.inside(np.abs(x) + 4.0, y) & (y > 40)
        wall = (clip.labels[[0, -1]] == MYOCARDIUM).all(axis=0)
        # Well inside of the rim.
        wall &= sector.inside(np.abs(x) + 20.0, y)
        ed, es = clip.frames[0].astype(float), clip.frames[-1].astype(float)
        likeness.append([np.corrcoef(ed[part], es[part])[0, 1] for part in (rim, wall)])
    in_rim, in_wall = np.mean(likeness, axis=0)
    assert in_rim > 0.5
    assert in_rim > in_wall + 0.2


def test_compression_leaves_traces_beside_the_sector(patient: Patient) -> None:
    view, sector = patient.views[0], patient.sector
    outside = ~sector.inside(*sector.pixel_centres())
    with_jpeg, without = (
        record(view, sector, 0, replace(REALISTIC, jpeg=quality)).frames[:, outside]
        for quality in (60, 0)
    )
    assert not without.any()
    assert 0.02 < (with_jpeg > 0).mean() < 0.6
