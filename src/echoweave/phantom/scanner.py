"""The ultrasound scanner: scatterers in, an 8-bit image out.

Scatterers are summed on the grid of scan lines, blurred by the pulse (axial) and the beam
(lateral, of constant angle, so wider with depth), and turned into an envelope: speckle arises
from their interference. Log compression and scan conversion follow.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.phantom.anatomy import Float
from echoweave.phantom.artefacts import Artefacts
from echoweave.phantom.sector import Sector
from echoweave.phantom.standing import draw_standing

_LINE_RAD = np.deg2rad(0.5)
_BEAM_RAD = np.deg2rad(0.85)
_PULSE_MM = 0.55
# Side lobes: a beam this many times wider, at this amplitude.
_LOBE_WIDTH, _LOBE_AMPLITUDE = 6.0, 0.16
_RANGE_DB, _HEADROOM_DB = 54.0, 23.0
# How scanners treat speckle: a filter so wide (lines, rows), then more contrast about the noise.
_FILTER = (2.2, 3.0)
_FLOOR_DB, _CONTRAST, _BRIGHTER_DB = -24.0, 1.45, 1.5
# Grain that no filter has seen: decibels, and its size (lines, rows).
_GRAIN_DB, _GRAIN = 1.8, 0.8
_NEAREST_MM = 4.0
_FOCUS_MM = 80.0
_MARGIN_LINES = 12


@dataclass(frozen=True)
class Quality:
    """What separates a good recording from a poor one.

    Attributes:
        noise_db: Electronic noise at full depth, over plain myocardium.
        clutter_db: Reverberation close to the probe, which does not move.
        dropout_db: Loss of signal along the weakest scan lines.
        decorrelation: Share of each scatterer's power that is new in every frame.
    """

    noise_db: float
    clutter_db: float
    dropout_db: float
    decorrelation: float


QUALITY = {
    "Good": Quality(noise_db=-36, clutter_db=-4, dropout_db=5, decorrelation=0.02),
    "Medium": Quality(noise_db=-28, clutter_db=0, dropout_db=11, decorrelation=0.08),
    "Poor": Quality(noise_db=-20, clutter_db=4, dropout_db=18, decorrelation=0.25),
}


class Scanner:
    """Takes images of one view: sector, quality, and what stays the same in all of its frames."""

    def __init__(self, sector: Sector, quality: str, rng: np.random.Generator) -> None:
        self.sector, self.quality = sector, QUALITY[quality]
        # Never finer than the image shows: a finer pulse would alias in the scan conversion.
        self._pulse_mm = max(_PULSE_MM, 0.75 * sector.spacing_mm[0])
        self._row_mm = 0.5 * self._pulse_mm
        self._beam_rad = max(_BEAM_RAD, 0.6 * sector.spacing_mm[1] / _FOCUS_MM)
        n_lines = 2 * (int(np.ceil(sector.half_angle / _LINE_RAD)) + _MARGIN_LINES) + 1
        self._n_lines, self._n_rows = n_lines, int(sector.depth_mm / self._row_mm) + 12
        depths = np.maximum(np.arange(self._n_rows) * self._row_mm, _NEAREST_MM)
        self._depths_mm = depths[:, None]

        x, y = sector.pixel_centres()
        self._inside = sector.inside(x, y)
        self._columns, self._rows = (grid.astype(np.float32) for grid in self._to_grid(x, y))

        fade = np.exp(-self._depths_mm / 11) + 0.06 * np.exp(-self._depths_mm / 45)
        self._clutter = self._noise(rng) * _amplitude(self.quality.clutter_db) * fade
        self._gain = _amplitude(-self.quality.dropout_db * self._shadows(rng))
        # Noise that is new in every frame; None: a plain picture, which is not filtered either.
        self._fresh: Float | None = None

    def image(
        self, x: Float, y: Float, echo: NDArray[np.complex128], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return one frame, uint8 [Y, X], black outside of the sector.

        Args:
            x: Positions of the scatterers from left to right, mm; the probe is at (0, 0).
            y: Their depths, mm.
            echo: Their amplitudes; unit mean power a mm^2 gives the grey of plain myocardium.
            rng: Draws what is new in this frame.
        """
        beam = self._blur(self._collect(x, y, echo)) * self._gain + self._clutter
        depth = self._depths_mm / self.sector.depth_mm
        beam = beam + self._noise(rng) * _amplitude(self.quality.noise_db) * (0.4 + depth) ** 2
        if self._fresh is not None:
            beam = beam + self._noise(rng) * _amplitude(_FLOOR_DB)
            beam = beam + self._noise(rng) * self._fresh
        level = 20 * np.log10(np.abs(beam) + 1e-6) - 4.0 * depth
        if self._fresh is not None:
            level = _steeper(cv2.GaussianBlur(level, (0, 0), sigmaX=_FILTER[0], sigmaY=_FILTER[1]))
            level = level + _GRAIN_DB * _grain(rng, level.shape)
        grey = np.clip((level + _RANGE_DB - _HEADROOM_DB) / _RANGE_DB, 0, 1).astype(np.float32)
        image = cv2.remap(grey, self._columns, self._rows, cv2.INTER_LINEAR)
        return np.where(self._inside, np.rint(255 * image), 0).astype(np.uint8)

    def add_artefacts(self, artefacts: Artefacts, rng: np.random.Generator) -> None:
        """Put what stands still into all images to come, and filter them as scanners do."""
        angle = (np.arange(self._n_lines) - (self._n_lines - 1) / 2) * _LINE_RAD
        angle = np.clip(angle / self.sector.half_angle, -1, 1)
        standing = draw_standing(artefacts, self.sector, self._depths_mm[:, 0], angle, rng)
        self._gain = self._gain * _amplitude(standing.gain_db)
        self._clutter = self._clutter + self._noise(rng) * _amplitude(standing.clutter_db)
        self._fresh = _amplitude(standing.noise_db)

    def _to_grid(self, x: Float, y: Float) -> tuple[Float, Float]:
        line = np.arctan2(x, y) / _LINE_RAD + (self._n_lines - 1) / 2
        return line, np.hypot(x, y) / self._row_mm

    def _collect(self, x: Float, y: Float, echo: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Sum the scatterers on the grid, each split over the four nodes around it."""
        line, row = self._to_grid(x, y)
        keep = (line >= 0) & (line < self._n_lines - 1) & (row >= 0) & (row < self._n_rows - 1)
        line, row, echo = line[keep], row[keep], echo[keep]
        left, top = line.astype(np.intp), row.astype(np.intp)
        u, v = line - left, row - top
        grid = np.zeros(self._n_rows * self._n_lines, dtype=np.complex128)
        for down, across, weight in (
            (0, 0, (1 - v) * (1 - u)),
            (0, 1, (1 - v) * u),
            (1, 0, v * (1 - u)),
            (1, 1, v * u),
        ):
            node = (top + down) * self._n_lines + left + across
            grid.real += np.bincount(node, weight * echo.real, grid.size)
            grid.imag += np.bincount(node, weight * echo.imag, grid.size)
        # Deeper nodes stand for more tissue; the gain makes up for it.
        tissue_mm2 = self._depths_mm * _LINE_RAD * self._row_mm
        return np.asarray(grid.reshape(self._n_rows, self._n_lines) / np.sqrt(tissue_mm2))

    def _blur(self, grid: NDArray[np.complex128]) -> NDArray[np.complex128]:
        lobes = self._smooth(grid, _LOBE_WIDTH * self._beam_rad)
        return self._smooth(grid, self._beam_rad) + _LOBE_AMPLITUDE * lobes

    def _smooth(self, grid: NDArray[np.complex128], beam_rad: float) -> NDArray[np.complex128]:
        """Blur by the pulse and a beam; white noise of unit power keeps unit power."""
        rows, columns = self._pulse_mm / self._row_mm, beam_rad / _LINE_RAD
        real, imag = (
            cv2.GaussianBlur(part, (0, 0), sigmaX=columns, sigmaY=rows)
            for part in (grid.real.copy(), grid.imag.copy())
        )
        return np.asarray((real + 1j * imag) * np.sqrt(4 * np.pi * rows * columns))

    def _noise(self, rng: np.random.Generator) -> NDArray[np.complex128]:
        """Return noise of unit power as it looks after the receiver's filter."""
        return self._smooth(white_noise(rng, (self._n_rows, self._n_lines)), self._beam_rad)

    def _shadows(self, rng: np.random.Generator) -> Float:
        """Return the loss along each scan line, 0 to 1 and deeper down more, [rows, lines]."""
        angle = np.linspace(-1, 1, self._n_lines)
        phases, waves = rng.uniform(0, 2 * np.pi, 3), np.array([2.0, 4.5, 8.0])
        ripple = np.cos(waves[:, None] * angle + phases[:, None]).mean(axis=0)
        loss = np.clip(0.35 - 0.45 * ripple + 0.5 * angle**4, 0, 1)
        return np.asarray(loss * np.clip(self._depths_mm / 40, 0.2, 1))


def _steeper(level: Float) -> Float:
    """Raise the contrast of levels in decibels, which filtering has lowered."""
    return _FLOOR_DB + _CONTRAST * (level - _FLOOR_DB) + _BRIGHTER_DB


def _grain(rng: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Return noise of unit variance and little extent."""
    grain = cv2.GaussianBlur(rng.standard_normal(shape), (0, 0), _GRAIN)
    return np.asarray(grain / grain.std())


def white_noise(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex128]:
    """Return complex normal values of unit mean power."""
    noise = rng.standard_normal((2, *shape)) / np.sqrt(2)
    return np.asarray(noise[0] + 1j * noise[1])


def _amplitude(decibel: Float | float) -> Float:
    return np.asarray(10 ** (np.asarray(decibel) / 20))
