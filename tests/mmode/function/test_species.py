import numpy as np
import pytest

from echoweave.mmode.function.species import SPECIES, lost_percent, teichholz_volume


def test_teichholz_in_ul_from_mm_and_in_ml_from_cm():
    # 7 * 27 / 5.4, and 7 * 125 / 7.4.
    assert teichholz_volume(np.array([3.0]), SPECIES["mouse"]).tolist() == pytest.approx([35])
    assert teichholz_volume(np.array([50.0]), SPECIES["human"]).tolist() == pytest.approx(
        [118.24], abs=0.01
    )
    assert [one.volume_unit for one in SPECIES.values()] == ["ul", "ml"]


def test_share_that_systole_takes():
    found = lost_percent(np.array([4.0, 0.0, np.nan]), np.array([1.0, 0.0, 1.0]))
    np.testing.assert_array_equal(found, [75, np.nan, np.nan])
