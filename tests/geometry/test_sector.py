import numpy as np

from echoweave.geometry.sector import inner_sector, sector_mask


def triangle(size: int = 64) -> np.ndarray:
    """Bool [size, size]: the apex at the top centre, sides at 45 degrees."""
    y, x = np.mgrid[:size, :size]
    return np.abs(x - size // 2) <= y // 2


def test_the_sector_is_found_although_blood_is_black_and_speckle_flickers() -> None:
    sector = triangle()
    frames = np.where(sector, np.random.default_rng(0).integers(4, 200, (5, 64, 64)), 0)
    frames[:, 30:50, 25:40] = 0
    found = sector_mask(frames.astype(np.uint8))
    assert (found != sector).mean() < 0.02
    assert found[40, 32]


def test_letters_beside_the_sector_are_left_out() -> None:
    frames = np.where(triangle(), 100, 0).astype(np.uint8)[None]
    frames[:, 2:7, 2:7] = 255
    assert not sector_mask(frames)[:8, :8].any()


def test_black_frames_are_all_sector() -> None:
    assert sector_mask(np.zeros((2, 8, 8), np.uint8)).all()


def test_the_rim_is_a_share_of_the_widest_row_off_both_ends_of_every_row() -> None:
    sector = np.zeros((3, 24), np.bool_)
    sector[0, 10:14] = True
    sector[1, 4:20] = True
    sector[2, 2:22] = True
    inner = np.zeros((3, 24), np.bool_)
    inner[1, 6:18] = True
    inner[2, 4:20] = True
    assert np.array_equal(inner_sector(sector, 0.1), inner)
    assert np.array_equal(inner_sector(sector, 0), sector)


def test_there_is_no_rim_where_the_border_of_the_picture_cuts_the_sector() -> None:
    sector = np.ones((4, 20), np.bool_)
    sector[:, 18:] = False
    inner = sector.copy()
    inner[:, 16:] = False
    assert np.array_equal(inner_sector(sector, 0.1), inner)
