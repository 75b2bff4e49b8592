"""Patients: how one phantom patient differs from the next.

Everything about a patient follows from the seed and the patient's number alone, so a larger
phantom holds the smaller one unchanged.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq

from echoweave.phantom.anatomy import Anatomy
from echoweave.phantom.motion import Motion, cavity_volume_ml
from echoweave.phantom.sector import Pose, Sector
from echoweave.phantom.timecourse import RealBeat, TimeCourse

VIEWS = ("2CH", "4CH")
QUALITIES = ("Good", "Medium", "Poor")
_SYSTOLE_S = (0.29, 0.37)
_QUALITY_SHARES = (0.4, 0.42, 0.18)


@dataclass(frozen=True)
class View:
    """One apical view of a patient.

    Attributes:
        name: ``"2CH"`` or ``"4CH"``.
        motion: The heart in this view and how it beats.
        pose: Where the heart lies in the image.
        quality: "Good", "Medium" or "Poor".
        n_systole: Frames from ED to ES, both included.
        n_diastole: Frames after ES until the next ED, that one included.
        frame_rate_hz: Frames per second.
        reversed: Whether the half cycle is stored from ES to ED.
        stream: Seed of the view's speckle and noise.
        course: When it contracts, unless the phantom is a plain one.
    """

    name: str
    motion: Motion
    pose: Pose
    quality: str
    n_systole: int
    n_diastole: int
    frame_rate_hz: float
    reversed: bool
    stream: tuple[int, ...]
    course: TimeCourse

    def strengths(self, beats: int) -> list[float]:
        """Return how far each beat contracts: 1 for the first, as in CAMUS, less after it."""
        rng = np.random.default_rng([*self.stream, 3])
        return [1.0, *(float(strength) for strength in rng.uniform(0.75, 1.0, beats - 1))]


@dataclass(frozen=True)
class Patient:
    """One phantom patient.

    Attributes:
        number: The number in ``patient0001``.
        sex: "F" or "M".
        age: Years.
        edv_ml: Volume of the cavity at ED: that of the analytic heart, not of the drawn masks.
        esv_ml: The same at ES.
        sector: The image that both views are seen in.
        views: 2CH and 4CH.
    """

    number: int
    sex: str
    age: int
    edv_ml: float
    esv_ml: float
    sector: Sector
    views: tuple[View, View]

    @property
    def name(self) -> str:
        """``"patient0001"``."""
        return f"patient{self.number:04d}"

    @property
    def ef_percent(self) -> float:
        """Ejection fraction of the analytic volumes."""
        return 100 * (1 - self.esv_ml / self.edv_ml)


def draw_patient(
    seed: int,
    number: int,
    size: tuple[int, int],
    frames: tuple[int, int] | None,
    frame_rate: tuple[float, float] = (30.0, 80.0),
) -> Patient:
    """Return patient ``number``.

    Args:
        seed: Seed of the whole phantom.
        number: The patient's number, from 1.
        size: (rows, columns) of an image of usual depth; deeper images have more.
        frames: Fewest and most frames of a half cycle; None: as many as the frame rate gives.
        frame_rate: Lowest and highest frame rate, Hz; with ``frames`` it does not count.
    """
    rng = np.random.default_rng([seed, number])
    sex = str(rng.choice(["F", "M"]))
    ef = rng.uniform(0.2, 0.7)
    # Failing hearts are larger.
    edv = (95 if sex == "F" else 120) * (1.6 - ef) * rng.lognormal(sigma=0.15)
    two, four = _draw_motions(rng, edv, ef)
    apex_mm = rng.uniform(12, 19)
    depth_mm = apex_mm + four.anatomy.roof_mm + rng.uniform(-5, 14)
    sector = Sector.fit(depth_mm, np.deg2rad(rng.uniform(36, 40)), size)
    views = tuple(
        _draw_view(name, motion, apex_mm, frames, frame_rate, (seed, number, index))
        for index, (name, motion) in enumerate(zip(VIEWS, (two, four), strict=True))
    )
    return Patient(
        number=number,
        sex=sex,
        age=int(rng.integers(25, 90)),
        edv_ml=cavity_volume_ml(two, four, 0.0),
        esv_ml=cavity_volume_ml(two, four, 1.0),
        sector=sector,
        views=(views[0], views[1]),
    )


def _draw_motions(rng: np.random.Generator, edv_ml: float, ef: float) -> tuple[Motion, Motion]:
    length = 84 * (edv_ml / 115) ** (1 / 3) * rng.uniform(0.95, 1.05)
    wall = rng.uniform(8, 10.5)
    atrium_length = rng.uniform(36, 50)
    unit = Anatomy(
        length_mm=length,
        apex_wall_mm=rng.uniform(5.5, 7.5),
        centre=rng.uniform(0.56, 0.64),
        cavity_mm=1.0,
        walls_mm=(wall, wall * rng.uniform(0.88, 1.05)),
        atrium_length_mm=atrium_length,
        atrium_mm=atrium_length * rng.uniform(0.42, 0.5),
        right_heart=False,
    )
    still = Motion(unit, squeeze=0.0, stretch=0.0, descent_mm=0.0)
    ratio = rng.uniform(0.93, 1.07)
    width = np.sqrt(edv_ml / cavity_volume_ml(still, still, 0.0))
    beating = replace(
        still,
        descent_mm=(3 + 17 * ef) * rng.uniform(0.9, 1.1),
        stretch=0.06 + 0.2 * ef,
    )
    two = replace(beating, anatomy=_widen(unit, width * ratio))
    four = replace(beating, anatomy=replace(_widen(unit, width / ratio), right_heart=True))

    def missing_ml(squeeze: float) -> float:
        squeezed = [replace(motion, squeeze=squeeze) for motion in (two, four)]
        return cavity_volume_ml(squeezed[0], squeezed[1], 1.0) - edv_ml * (1 - ef)

    squeeze = float(brentq(missing_ml, -0.2, 0.9))
    return replace(two, squeeze=squeeze), replace(four, squeeze=squeeze)


def _widen(unit: Anatomy, cavity_mm: float) -> Anatomy:
    """Give ``unit`` a cavity of this width, and an atrium no narrower than the annulus."""
    wide = replace(unit, cavity_mm=cavity_mm)
    annulus = float(np.sqrt(wide.lumen_squared(np.array(wide.length_mm))))
    return replace(wide, atrium_mm=max(wide.atrium_mm, annulus))


def _draw_view(
    name: str,
    motion: Motion,
    apex_mm: float,
    frames: tuple[int, int] | None,
    frame_rate: tuple[float, float],
    stream: tuple[int, int, int],
) -> View:
    rng = np.random.default_rng([*stream, 0])
    if frames is None:
        frame_rate_hz = rng.uniform(*frame_rate)
        n_systole = max(round(rng.uniform(*_SYSTOLE_S) * frame_rate_hz) + 1, 3)
    else:
        n_systole = int(rng.integers(frames[0], frames[1], endpoint=True))
    tilt = rng.normal(0.03 if name == "4CH" else -0.02, 0.07)
    pose = Pose(
        apex_mm=(rng.normal(0, 3), apex_mm),
        tilt=float(np.clip(tilt, -0.16, 0.16)),
        bend_per_mm=rng.normal(0, 0.0007),
    )
    quality = str(rng.choice(QUALITIES, p=_QUALITY_SHARES))
    if frames is not None:
        frame_rate_hz = (n_systole - 1) / rng.uniform(*_SYSTOLE_S)
    number = stream[1]
    return View(
        name=name,
        motion=motion,
        pose=pose,
        quality=quality,
        n_systole=n_systole,
        n_diastole=round(1.4 * (n_systole - 1)),
        frame_rate_hz=frame_rate_hz,
        # One view of every third patient: a sixth of all sequences, and some in any phantom.
        reversed=number % 3 == 2 and name == VIEWS[1 - number % 2],
        stream=stream,
        course=RealBeat.draw(np.random.default_rng([*stream[:2], 5])),
    )
