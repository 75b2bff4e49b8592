"""Folders of tiny windows: dark bands that beat between bright walls."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.io.png import write_grey

SIDE = 32


def band(seed: int, side: int = SIDE) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A picture, and the mask of its dark band, 0 and 255."""
    generator = np.random.default_rng(seed)
    phase = 2 * np.pi * (np.arange(side) / 12 + generator.random())
    half = side * (0.2 + 0.06 * np.cos(phase))
    rows = np.arange(side)[:, None] - side / 2
    mask = np.abs(rows) < half
    noise = generator.normal(0, 12, (side, side))
    return np.clip(np.where(mask, 30, 180) + noise, 0, 255).astype(np.uint8), 255 * mask


def write_bands(folder: Path, animals: str, side: int = SIDE, each: int = 2) -> Path:
    """Write windows with masks of one animal a letter."""
    for animal in animals:
        for number in range(each):
            picture, mask = band(100 * ord(animal) + number, side)
            write_grey(folder / f"img/{animal}_rec_w{number:03d}.png", picture)
            write_grey(folder / f"mask/{animal}_rec_w{number:03d}.png", mask.astype(np.uint8))
    return folder


def write_judged(folder: Path, animals: str, each: int = 2) -> Path:
    """Write windows with a band as good ones, and noise as bad ones, of one animal a letter."""
    for animal in animals:
        for number in range(each):
            seed = 100 * ord(animal) + number
            write_grey(folder / f"good/{animal}_rec_w{number:03d}.png", band(seed)[0])
            noise = np.random.default_rng(seed).integers(0, 255, (SIDE, SIDE), np.uint8)
            write_grey(folder / f"bad/{animal}_rec_w{9 - number:03d}.png", noise)
    return folder
