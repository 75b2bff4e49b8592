"""One recording: frames and true masks of a view over the beat."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echoweave.labels import BACKGROUND
from echoweave.phantom.anatomy import Float
from echoweave.phantom.artefacts import PLAIN, REALISTIC, Artefacts
from echoweave.phantom.jpeg import compressed
from echoweave.phantom.muscle import add_muscle
from echoweave.phantom.patient import View
from echoweave.phantom.scanner import Scanner, white_noise
from echoweave.phantom.sector import Sector
from echoweave.phantom.speckle import Planes
from echoweave.phantom.timecourse import COSINE
from echoweave.phantom.tissue import reflectivity_db

# Contraction, and opening of the mitral valve.
Instant = tuple[float, float]

_PER_MM2 = 2.5
# Tissue beyond the image that may move into it.
_BORDER_MM = 12.0
_LEAFLET_POINTS, _LEAFLET_DB = 60, -3.0


@dataclass(frozen=True)
class Recording:
    """A recording from ED to ES, or of whole beats.

    Attributes:
        frames: uint8 [T, Y, X].
        labels: uint8 [T, Y, X], the true mask of every frame.
        spacing_mm: (sy, sx).
    """

    frames: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    spacing_mm: tuple[float, float]


def record(view: View, sector: Sector, beats: int, artefacts: Artefacts = REALISTIC) -> Recording:
    """Return the clip of ``view``.

    Args:
        view: What beats.
        sector: The image.
        beats: Whole beats from ED to ED, which begin with the very frames of the half one; 0: the
            half beat from ED to ES.
        artefacts: What it shows of real echo.
    """
    strengths = view.strengths(beats) if beats else []
    return record_instants(view, sector, beat_instants(view, strengths, artefacts), artefacts)


def record_instants(
    view: View, sector: Sector, instants: Sequence[Instant], artefacts: Artefacts = REALISTIC
) -> Recording:
    """Return the frames of ``view`` at some instants of its beats; arguments as above."""
    phantom = _Phantom(view, sector, artefacts)
    return Recording(
        frames=np.stack([phantom.frame(i, *instant) for i, instant in enumerate(instants)]),
        labels=np.stack([phantom.labels(contraction) for contraction, _ in instants]),
        spacing_mm=sector.spacing_mm,
    )


class _Phantom:
    """The scatterers of one view, at end-diastole in coordinates of the long axis."""

    def __init__(self, view: View, sector: Sector, artefacts: Artefacts) -> None:
        self._view, self._sector, self._artefacts = view, sector, artefacts
        rng = np.random.default_rng([*view.stream, 1])
        x, y = _scatter(sector, rng)
        self._r, self._z = view.pose.to_axis(x, y)
        level = reflectivity_db(view.motion.anatomy, self._r, self._z, rng)
        self._leaflet = rng.uniform(size=(2, _LEAFLET_POINTS))
        self._leaflet_echo = white_noise(rng, (2 * _LEAFLET_POINTS,)) * 10 ** (_LEAFLET_DB / 20)
        echo = white_noise(rng, x.shape)
        self._scanner = Scanner(sector, view.quality, rng)
        # A stream of its own: without artefacts everything stays as it was.
        added = np.random.default_rng([*view.stream, 4])
        self._planes = Planes(echo, artefacts.out_of_plane, added)
        if artefacts.anatomy:
            level = add_muscle(level, view.motion.anatomy, self._r, self._z, added)
        self._amplitude = 10 ** (level / 20) / np.sqrt(_PER_MM2)
        if artefacts != PLAIN:
            self._scanner.add_artefacts(artefacts, added)

    def frame(self, index: int, contraction: float, opening: float) -> NDArray[np.uint8]:
        """Return frame ``index``, uint8 [Y, X]."""
        rng = np.random.default_rng([*self._view.stream, 2, index])
        renewed = self._scanner.quality.decorrelation
        fresh = white_noise(rng, (self._r.size,))
        lasting = self._planes.at(contraction * self._artefacts.out_of_plane)
        echo = self._amplitude * (np.sqrt(1 - renewed) * lasting + np.sqrt(renewed) * fresh)
        leaflet_r, leaflet_z = self._leaflets(opening)
        r, z = np.append(self._r, leaflet_r), np.append(self._z, leaflet_z)
        x, y = self._view.pose.to_image(*self._view.motion.forward(r, z, contraction))
        image = self._scanner.image(x, y, np.append(echo, self._leaflet_echo), rng)
        return compressed(image, self._artefacts.jpeg)

    def labels(self, contraction: float) -> NDArray[np.uint8]:
        """Return the true mask at an instant, uint8 [Y, X]; a plain one ends with the sector."""
        x, y = self._sector.pixel_centres()
        r, z = self._view.motion.backward(*self._view.pose.to_axis(x, y), contraction)
        labels = self._view.motion.anatomy.labels(r, z)
        if self._artefacts.anatomy:
            return labels
        return np.where(self._sector.inside(x, y), labels, BACKGROUND).astype(np.uint8)

    def _leaflets(self, opening: float) -> tuple[Float, Float]:
        """Return (r, z) at ED of the mitral leaflets, which swing open by themselves."""
        anatomy = self._view.motion.anatomy
        hinge = np.sqrt(anatomy.lumen_squared(np.array(anatomy.length_mm)))
        along = self._leaflet
        tip_r = hinge * (0.04 + 0.66 * opening)
        tip_z = anatomy.length_mm - (0.32 + 0.7 * opening) * hinge
        r = (hinge + (tip_r - hinge) * along) * np.array([[-1.0], [1.0]])
        z = anatomy.length_mm + (tip_z - anatomy.length_mm) * along**0.8
        return r.ravel(), z.ravel()


def beat_instants(view: View, strengths: Sequence[float], artefacts: Artefacts) -> list[Instant]:
    """Return the instants of whole beats from ED to ED, or of the half one from ED to ES.

    Args:
        view: What beats.
        strengths: How far each beat contracts; none for the half beat.
        artefacts: They say in which time course.
    """
    course = view.course if artefacts.anatomy else COSINE
    falling = [(course.systole(phase), 0.0) for phase in np.linspace(0, 1, view.n_systole)]
    if not strengths:
        return falling
    phases = np.linspace(0, 1, view.n_diastole + 1)[1:]
    rising = [(course.diastole(phase), course.opening(phase)) for phase in phases]
    instants = falling[:1]
    for strength in strengths:
        instants += [(strength * at, opening) for at, opening in (*falling[1:], *rising)]
    return instants


def _scatter(sector: Sector, rng: np.random.Generator) -> tuple[Float, Float]:
    """Return (x, y) of points spread evenly over the sector and its border, mm."""
    half_width = sector.depth_mm * np.sin(sector.half_angle) + _BORDER_MM
    height = sector.depth_mm + _BORDER_MM
    count = round(_PER_MM2 * 2 * half_width * height)
    x, y = rng.uniform(-half_width, half_width, count), rng.uniform(0, height, count)
    edge = y * np.tan(sector.half_angle) + _BORDER_MM / np.cos(sector.half_angle)
    near = (np.hypot(x, y) < height) & (np.abs(x) < edge)
    return x[near], y[near]
