"""The M-mode scanner: what lies along the line in, a strip of greys out.

Speckle arises as in :mod:`echoweave.phantom.scanner`: from echoes that interfere within the pulse.
That of tissue moves with it and changes slowly, as it passes through the beam; that of blood is new
in every column.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.phantom.anatomy import Float
from echoweave.phantom.artefacts import Artefacts
from echoweave.phantom.mmode.beat_train import BeatTrain
from echoweave.phantom.mmode.scan_line import ScanLine
from echoweave.phantom.mmode.stretches import BadStretch
from echoweave.phantom.scanner import Quality, white_noise

# Rows that are drawn for one of the picture.
_FINE = 3
# How long the speckle of tissue lasts, as a share of a beat; and the share of its power that is new
# in every column.
_LASTING, _RENEWED = 0.1, 0.12
# Walls echo unevenly: decibels, and the extent in walls and in columns.
_UNEVEN_DB, _UNEVEN_WALLS, _UNEVEN_COLUMNS = 3.0, 0.15, 25.0
# Single columns are brighter or darker.
_COLUMNS_DB, _COLUMNS = 1.0, 1.2
# Decibels that the picture shows, and how many of them lie over plain myocardium.
_RANGE_DB, _HEADROOM_DB = 52.0, 20.0
# How scanners treat speckle: a filter so wide (columns, rows), and grain that it has not seen.
_FILTER, _GRAIN_DB = (0.9, 0.5), 1.2
# Of echoes close to the probe: how far down, as a share of the depth.
_NEAR = 0.1
# What bad stretches do, decibels: less echo, noise, and reverberation where the probe is off.
_LOSS_DB = {"noise": 6.0, "faint": 26.0, "off": 52.0}
_NOISY_DB, _REVERBERATION_DB = -7.0, 2.0
# Dropouts: fewest and most, and their length as a share of the recording.
_DROPOUTS, _DROPOUT_SHARE = (1, 4), (0.02, 0.08)


@dataclass(frozen=True)
class Recorded:
    """What the probe is held over.

    Attributes:
        line: The tissue along the line.
        beats: How it moves.
        shifts_mm: How far breathing has moved it down in each column, [T].
        stretches: Where it is seen badly.
        quality: How well it is seen elsewhere.
        artefacts: Strength of dropouts.
    """

    line: ScanLine
    beats: BeatTrain
    shifts_mm: Float
    stretches: tuple[BadStretch, ...]
    quality: Quality
    artefacts: Artefacts


def scan(
    recorded: Recorded,
    rows: int,
    mm_per_row: float,
    times_s: Float,
    pulse_mm: float,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Return the strip, uint8 [rows, T]; its first row begins at the probe."""
    line, fine_mm = recorded.line, mm_per_row / _FINE
    diameters = recorded.beats.diameters_mm(times_s)
    surfaces = line.surfaces_mm(diameters, recorded.shifts_mm)
    depths = (np.arange(rows * _FINE) + 0.5) * fine_mm
    resting = np.stack(
        [np.interp(depths, column, line.resting_mm) for column in surfaces.T], axis=1
    )
    # Tissue as it lies at ED, in as many steps a row.
    tissue = np.arange(0, line.resting_mm[-1] + fine_mm, fine_mm)
    at = np.rint(resting / fine_mm).astype(np.intp), np.arange(len(times_s))[None]
    levels = line.levels_db(tissue)[:, None] + _unevenness(recorded, fine_mm, tissue, times_s, rng)
    levels = np.maximum(levels, line.island_levels_db(tissue, recorded.beats, times_s))
    levels += _dropouts_db(recorded, tissue, times_s, rng)

    lasting = _lasting_speckle(recorded.beats, len(tissue), times_s, rng)[at]
    fresh = white_noise(rng, resting.shape)
    blood = line.is_blood(tissue)[at[0]] & (levels[at] < -25)
    renewed = np.where(blood, 1.0, _RENEWED)
    echo = np.sqrt(1 - renewed) * lasting + np.sqrt(renewed) * fresh
    echo = echo * _amplitude(levels[at] + _columns_db(len(times_s), rng))
    # Never shorter than the picture shows.
    pulse = max(pulse_mm / fine_mm, 0.6 * _FINE)
    power = _received(recorded, echo, pulse, times_s, rng)
    return _picture(power, rows, rng)


def cross_section(
    line: ScanLine, rows: int, mm_per_row: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the 2-D picture that the scan line runs down the middle of, uint8 [rows, rows]."""
    depths = (np.arange(rows) + 0.5)[:, None] * mm_per_row
    across = (np.arange(rows) - (rows - 1) / 2) * mm_per_row
    middle = (line.resting_mm[4] + line.resting_mm[5]) / 2
    around = np.hypot(depths - middle, across)
    # The heart is round about the middle of its cavity, the chest wall flat.
    resting = np.where(depths < middle, middle - around, middle + around)
    resting = np.where(depths < line.resting_mm[1], depths, np.maximum(resting, line.resting_mm[1]))
    levels = line.levels_db(resting.ravel()).reshape(resting.shape)
    echo = _amplitude(levels) * white_noise(rng, resting.shape)
    blurred = [
        cv2.GaussianBlur(part, (0, 0), sigmaX=1.2, sigmaY=0.7) for part in (echo.real, echo.imag)
    ]
    power = np.asarray(10 * (blurred[0] ** 2 + blurred[1] ** 2), float)
    fan = np.abs(across) < 0.15 * depths[-1] + 0.6 * depths
    return np.where(fan, _picture(power, rows, rng), 0).astype(np.uint8)


def _received(
    recorded: Recorded,
    echo: NDArray[np.complex128],
    pulse: float,
    times_s: Float,
    rng: np.random.Generator,
) -> Float:
    """Return the power that the probe receives, noise and clutter and all, [R, T]."""
    n_rows = len(echo)
    depth = (np.arange(n_rows) + 0.5)[:, None] / n_rows
    behind = np.clip((depth - _NEAR) / 0.05, 0, 1)
    noise_db = np.full(len(times_s), float(recorded.quality.noise_db))
    loss_db, off = np.zeros(len(times_s)), np.zeros(len(times_s))
    for stretch in recorded.stretches:
        weights = stretch.weights(times_s)
        if stretch.kind == "noise":
            noise_db += weights * (_NOISY_DB - noise_db)
        else:
            off += weights * (stretch.kind == "off")
        loss_db += weights * _LOSS_DB[stretch.kind]
    beam = _pulsed(echo * _amplitude(-loss_db * behind), pulse)
    beam += _pulsed(white_noise(rng, echo.shape), pulse) * _amplitude(noise_db) * (0.4 + depth) ** 2
    # Echoes between probe and skin stand still.
    near = _pulsed(white_noise(rng, (n_rows, 1)), pulse) * np.exp(-depth / _NEAR)
    beam += near * _amplitude(recorded.quality.clutter_db)
    fading = np.exp(-depth / 0.3)
    beam += (
        off
        * _pulsed(white_noise(rng, (n_rows, 1)), 2 * pulse)
        * fading
        * _amplitude(_REVERBERATION_DB)
    )
    power = np.abs(beam) ** 2
    return np.asarray(cv2.GaussianBlur(power, (0, 0), sigmaX=_FILTER[0], sigmaY=0.01), float)


def _picture(power: Float, rows: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    levels = np.asarray(10 * np.log10(power + 1e-8))
    levels = cv2.GaussianBlur(levels, (0, 0), sigmaX=0.5, sigmaY=_FILTER[1] * _FINE)
    levels = cv2.resize(levels, (levels.shape[1], rows), interpolation=cv2.INTER_AREA)
    levels = levels + _GRAIN_DB * rng.standard_normal(levels.shape)
    grey = np.clip((levels + _RANGE_DB - _HEADROOM_DB) / _RANGE_DB, 0, 1)
    return np.asarray(np.rint(255 * grey), np.uint8)


def _lasting_speckle(
    beats: BeatTrain, n_tissue: int, times_s: Float, rng: np.random.Generator
) -> NDArray[np.complex128]:
    """Return the echo of each piece of tissue over time, of unit power, [P, T]."""
    knots = beats.phases(times_s) / _LASTING
    knots -= knots[0]
    planes = white_noise(rng, (n_tissue, int(knots[-1]) + 2))
    before, share = knots.astype(np.intp), 0.5 * np.pi * (knots % 1)
    return np.asarray(np.cos(share) * planes[:, before] + np.sin(share) * planes[:, before + 1])


def _unevenness(
    recorded: Recorded, fine_mm: float, tissue: Float, times_s: Float, rng: np.random.Generator
) -> Float:
    """Return by how much each piece of tissue is brighter than its layer, decibels, [P, T]."""
    extent = _UNEVEN_WALLS * recorded.line.heart.wall_mm[0] / fine_mm
    uneven = cv2.GaussianBlur(
        rng.standard_normal((len(tissue), len(times_s))),
        (0, 0),
        sigmaX=_UNEVEN_COLUMNS,
        sigmaY=extent,
    )
    return np.asarray(_UNEVEN_DB * uneven / uneven.std())


def _columns_db(count: int, rng: np.random.Generator) -> Float:
    """Return by how much each column is brighter than the others, decibels, [T]."""
    uneven = cv2.GaussianBlur(rng.standard_normal((1, count)), (0, 0), sigmaX=_COLUMNS, sigmaY=0.01)
    return np.asarray(_COLUMNS_DB * uneven[0] / uneven.std())


def _dropouts_db(
    recorded: Recorded, tissue: Float, times_s: Float, rng: np.random.Generator
) -> Float:
    """Return the loss where a wall hardly echoes for a while, decibels, [P, T]."""
    rest, wall = recorded.line.resting_mm, recorded.line.heart.wall_mm[0]
    length = times_s[-1] - times_s[0]
    loss = np.zeros((len(tissue), len(times_s)))
    for _ in range(int(rng.integers(*_DROPOUTS, endpoint=True))):
        surface = rest[int(rng.choice([4, 5]))]
        where = np.exp(-0.5 * ((tissue - surface) / (0.6 * wall)) ** 2)
        long = rng.uniform(*_DROPOUT_SHARE) * length
        when = np.exp(-0.5 * ((times_s - times_s[0] - rng.uniform() * length) / (0.4 * long)) ** 2)
        strength = rng.uniform(0.5, 1) * recorded.artefacts.dropout_db
        loss -= strength * where[:, None] * when
    return loss


def _pulsed(grid: NDArray[np.complex128], rows: float) -> NDArray[np.complex128]:
    """Blur along depth by the pulse; white noise of unit power keeps unit power."""
    real, imag = (
        cv2.GaussianBlur(part, (0, 0), sigmaX=0.01, sigmaY=rows)
        for part in (grid.real.copy(), grid.imag.copy())
    )
    return np.asarray((real + 1j * imag) * np.sqrt(2 * np.sqrt(np.pi) * rows))


def _amplitude(decibel: Float | float) -> Float:
    return np.asarray(10 ** (np.asarray(decibel) / 20))
