"""Write phantom patients as EchoNet-Dynamic does: whole clips of which two frames are traced."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from echoweave.datasets.echonet import ECHONET_VIEW, LISTED_COLUMNS
from echoweave.datasets.traced_frames import TRACED_COLUMNS
from echoweave.io.atomic import whole_file
from echoweave.io.images import write_sequence
from echoweave.io.video import write_video
from echoweave.labels import CAVITY
from echoweave.phantom.anatomy import Float
from echoweave.phantom.clip import Instant, beat_instants, record_instants
from echoweave.phantom.crew import draw_all
from echoweave.phantom.motion import cavity_volume_ml
from echoweave.phantom.patient import Patient, View, draw_patient
from echoweave.phantom.sector import Sector
from echoweave.phantom.settings import PhantomSettings

# Frames of a clip unless told otherwise.
_FRAMES = (60, 200)
# Beats of a clip whose number of frames is told.
_BEATS = (1.4, 3.0)
# Frames of a beat over those of its systole.
_BEAT = 2.4
# How far each beat contracts, as a share of the strongest.
_STRENGTHS = (0.92, 1.0)
_CHORDS = 20
_OUTLINE_POINTS = 200


def write_echonet(out: Path, settings: PhantomSettings) -> None:
    """Write ``out/echonet``, the release, and ``out/truth``, the cavity in every stored frame."""
    numbers = sorted(settings.training_numbers + settings.test_numbers)
    listed: list[Sequence[object]] = []
    traced: list[Sequence[object]] = []
    for listed_row, traced_rows in draw_all(partial(_write_clip, out, settings), numbers):
        listed.append(listed_row)
        traced += traced_rows
    _write_csv(out / "echonet/FileList.csv", LISTED_COLUMNS, listed)
    _write_csv(out / "echonet/VolumeTracings.csv", TRACED_COLUMNS, traced)


def _write_clip(
    out: Path, settings: PhantomSettings, number: int
) -> tuple[list[object], list[list[object]]]:
    """Write a clip and its truth, and return its rows in both tables."""
    clip = _draw_clip(settings, number)
    recording = record_instants(clip.view, clip.sector, clip.instants, settings.artefacts)
    write_video(out / f"echonet/Videos/{clip.name}.avi", recording.frames, clip.fps)
    truth = np.where(recording.labels == CAVITY, 1, 0).astype(np.uint8)
    path = out / f"truth/{clip.name}_{ECHONET_VIEW}.nii.gz"
    write_sequence(path, truth, recording.spacing_mm)
    traced: list[list[object]] = []
    for frame in (clip.ed, clip.es):
        rows = clip.tracing(frame).reshape(-1, 4)
        traced += [[f"{clip.name}.avi", *(f"{x:.8f}" for x in row), frame] for row in rows]
    return [*clip.listed(), _split(number, settings)], traced


@dataclass(frozen=True)
class _Clip:
    """One video to be written.

    Attributes:
        name: ``"0X1A2B3C4D5E6F7A8B"``.
        patient: Whose heart it shows.
        sector: The image.
        instants: Of every frame.
        ed: The frame that is traced at ED.
        es: That at ES.
    """

    name: str
    patient: Patient
    sector: Sector
    instants: Sequence[Instant]
    ed: int
    es: int

    @property
    def view(self) -> View:
        """The four-chamber view."""
        return self.patient.views[1]

    @property
    def fps(self) -> int:
        """Frames a second, a whole number as in the release."""
        return round(self.view.frame_rate_hz)

    def volume_ml(self, frame: int) -> float:
        """Volume of the analytic heart."""
        two, four = (view.motion for view in self.patient.views)
        return cavity_volume_ml(two, four, self.instants[frame][0])

    def listed(self) -> list[object]:
        """What FileList.csv says of it, but for the split."""
        edv, esv = self.volume_ml(self.ed), self.volume_ml(self.es)
        size = self.sector.shape
        return [self.name, 100 * (1 - esv / edv), esv, edv, *size, self.fps, len(self.instants)]

    def tracing(self, frame: int) -> Float:
        """Return the long axis, from the apex on, and the chords across it, (x, y) [21, 2, 2]."""
        motion = self.view.motion
        moved = motion.forward(
            *motion.anatomy.cavity_outline(_OUTLINE_POINTS), self.instants[frame][0]
        )
        outline = np.stack(self.sector.to_pixels(*self.view.pose.to_image(*moved)), axis=1)
        return _axis_and_chords(outline)


def _draw_clip(settings: PhantomSettings, number: int) -> _Clip:
    rng = np.random.default_rng([settings.seed, number, 6])
    length = int(rng.integers(*(settings.frames or _FRAMES), endpoint=True))
    systole = None
    if settings.frames is not None:
        n_systole = max(round(length / rng.uniform(*_BEATS) / _BEAT) + 1, 3)
        systole = (n_systole, n_systole)
    size = settings.image_size
    patient = draw_patient(settings.seed, number, size, systole, settings.frame_rate)
    view = patient.views[1]
    beat = view.n_systole - 1 + view.n_diastole
    length = max(length, beat)
    start = int(rng.integers(beat))
    strengths = rng.uniform(*_STRENGTHS, size=(start + length) // beat + 1)
    instants = beat_instants(view, strengths.tolist(), settings.artefacts)[start : start + length]
    starts = range(-start, length, beat)
    eds = [at for at in starts if at >= 0]
    ess = [at for at in (one + view.n_systole - 1 for one in starts) if 0 <= at < length]
    return _Clip(
        name=f"0X{hashlib.md5(f'{settings.seed} {number}'.encode()).hexdigest()[:16].upper()}",
        patient=patient,
        sector=Sector.fill(patient.sector.depth_mm, patient.sector.half_angle, size),
        instants=instants,
        **_traced(eds, ess, number),
    )


def _traced(eds: Iterable[int], ess: Sequence[int], number: int) -> dict[str, int]:
    """Choose the traced frames: ES first in every third clip, beats apart in every fourth."""
    reverse, apart = number % 3 == 2, number % 4 == 3

    def place(pair: tuple[int, int]) -> tuple[bool, int]:
        ed, es = pair
        return (es < ed) != reverse, -abs(es - ed) if apart else abs(es - ed)

    ed, es = min(((ed, es) for ed in eds for es in ess), key=place)
    return {"ed": ed, "es": es}


def _axis_and_chords(outline: Float) -> Float:
    """Return the long axis and evenly spaced chords at right angles to it, (x, y) of both ends.

    Args:
        outline: (x, y) from the septal annulus to the apex and on to the lateral annulus.
    """
    apex, annulus = outline[len(outline) // 2], (outline[0] + outline[-1]) / 2
    length = np.linalg.norm(annulus - apex)
    down = (annulus - apex) / length
    across = np.array([down[1], -down[0]])
    along, beside = (outline - apex) @ down, (outline - apex) @ across
    rows = [[apex, annulus]]
    for at in (np.arange(_CHORDS) + 0.5) / _CHORDS * length:
        middle = apex + at * down
        rows.append([middle + end * across for end in _crossings(along - at, beside)])
    return np.array(rows)


def _crossings(along: Float, beside: Float) -> tuple[float, float]:
    """Return the outermost places where a closed outline crosses ``along`` = 0."""
    next_along, next_beside = np.roll(along, -1), np.roll(beside, -1)
    crossing = (along <= 0) != (next_along <= 0)
    share = along[crossing] / (along - next_along)[crossing]
    places = beside[crossing] + share * (next_beside - beside)[crossing]
    return float(places.max()), float(places.min())


def _split(number: int, settings: PhantomSettings) -> str:
    """Return the published split; every fifth training patient is for validation."""
    if number in settings.test_numbers:
        return "TEST"
    return "VAL" if number % 5 == 4 else "TRAIN"


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with whole_file(path) as temporary:
        lines = (",".join(str(value) for value in row) for row in (columns, *rows))
        temporary.write_text("".join(f"{line}\n" for line in lines))
