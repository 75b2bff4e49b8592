import numpy as np
import pytest

from echoweave.phantom.scanner import Scanner, white_noise
from echoweave.phantom.sector import Pose, Sector


@pytest.fixture
def sector() -> Sector:
    return Sector.fit(120.0, np.deg2rad(38), (300, 240))


def test_the_image_is_black_outside_of_the_fan(sector: Sector) -> None:
    scanner = Scanner(sector, "Poor", np.random.default_rng(0))
    none = np.zeros(0)
    image = scanner.image(none, none, none.astype(complex), np.random.default_rng(1))
    x, y = sector.pixel_centres()
    assert image.shape == sector.shape
    assert not image[~sector.inside(x, y)].any()
    assert image[sector.inside(x, y)].mean() > 5


@pytest.mark.parametrize("depth_mm", [50.0, 100.0])
def test_a_point_is_drawn_in_its_place_wider_the_deeper(depth_mm: float) -> None:
    sector = Sector.fit(120.0, np.deg2rad(38), (1200, 1200))
    scanner = Scanner(sector, "Good", np.random.default_rng(0))
    at = np.array([12.0]), np.array([depth_mm])
    image = scanner.image(*at, np.array([8.0 + 0j]), np.random.default_rng(1)).astype(float)
    x, y = sector.pixel_centres()
    image[y < 40] = 0  # reverberation close to the probe
    assert image.max() < 255
    # 54 dB are 255 grey values, so these pixels are within 6 dB of the peak.
    bright = image > image.max() - 255 * 6.02 / 54
    assert (x[bright].mean(), y[bright].mean()) == pytest.approx((12, depth_mm), abs=0.2)
    # Widths at half amplitude of Gaussians: a beam of 0.85 degrees and a pulse of 0.55 mm.
    angle = np.arctan2(x, y)[bright]
    distance = np.hypot(x, y)[bright]
    assert np.ptp(angle) == pytest.approx(2.355 * np.deg2rad(0.85), rel=0.15)
    assert np.ptp(distance) == pytest.approx(2.355 * 0.55, rel=0.15)


def test_noise_has_unit_power() -> None:
    noise = white_noise(np.random.default_rng(0), (200, 200))
    assert (np.abs(noise) ** 2).mean() == pytest.approx(1, rel=0.02)


def test_a_pose_is_undone() -> None:
    pose = Pose(apex_mm=(3.0, 12.0), tilt=0.1, bend_per_mm=0.001)
    r, z = np.array([-20.0, 0.0, 15.0]), np.array([0.0, 60.0, 100.0])
    assert np.allclose(pose.to_axis(*pose.to_image(r, z)), (r, z))
    # A straight axis that tilts by 0.1 rad: sin and cos of it, 100 mm away from the apex.
    x, y = Pose((3.0, 12.0), 0.1, 0.0).to_image(np.zeros(1), np.array([100.0]))
    assert (x[0], y[0]) == pytest.approx((3 + 9.98334, 12 + 99.50042), abs=1e-4)
