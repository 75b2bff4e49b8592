"""Write phantom patients as people record them: whole screens of scanners, and plain videos."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from echoweave.clips.clip import Box
from echoweave.clips.regions import CENTIMETRES, ECG, SECONDS, TISSUE, TWO_D, WAVEFORM, Region
from echoweave.evaluation.chamber import Chamber, find_chamber
from echoweave.evaluation.volumes import measure_beat
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv
from echoweave.io.video import write_video
from echoweave.labels import CAVITY
from echoweave.phantom.clip import Recording, beat_instants, record_instants
from echoweave.phantom.crew import draw_all
from echoweave.phantom.dicom import stable_uid, write_dicom
from echoweave.phantom.ecg import draw_ecg
from echoweave.phantom.patient import Patient, View, draw_patient
from echoweave.phantom.sector import Sector
from echoweave.phantom.settings import PhantomSettings
from echoweave.units import UNITS

# Fewest and most whole beats of a clip.
_BEATS = (2, 3)
# How far each beat contracts, as a share of the strongest: a steady rhythm.
_STRENGTHS = (0.97, 1.0)
# Frames before the first ED, and as many again at most after the last one, as a share of a beat.
_SPARE = 0.5
# Black around the 2-D picture and height of the strip below it, as shares of its sides.
_MARGIN, _STRIP = 0.18, 0.16
_GIVEN = ("ADA", "BELA", "CLARA", "DAVID", "EMIL", "FRIDA", "GUSTAV", "HEDWIG")
_FAMILY = ("AHORN", "BIRKE", "ESCHE", "FICHTE", "KIEFER", "LINDE", "ULME", "WEIDE")
_VIEW_CODES = {
    "2CH": ("399232001", "Apical two chamber"),
    "4CH": ("399214001", "Apical four chamber"),
}


def write_phantom_clips(out: Path, settings: PhantomSettings) -> None:
    """Write the clips of all patients to ``out/clips`` and what is true of them to ``out/truth``.

    ``out/truth/{patient}_{view}.nii.gz`` is the mask of every frame on the grid of the file, and
    ``out/truth/truth.tsv`` has one row a clip.
    """
    rows: list[dict[str, object]] = []
    for drawn in draw_all(partial(_write_clips_of, out, settings), settings.training_numbers):
        rows += drawn
    write_tsv(pd.DataFrame(rows), out / "truth/truth.tsv")


@dataclass(frozen=True)
class _Take:
    """One view as it is filmed.

    Attributes:
        recording: What the probe sees, in square pixels.
        fan: Which pixels of it the fan covers, [Y, X].
        ed: Frame of the first ED.
        es: Frame of the ES after it.
        frame_rate_hz: Frames per second.
        beat_s: How long a beat lasts.
    """

    recording: Recording
    fan: NDArray[np.bool_]
    ed: int
    es: int
    frame_rate_hz: float
    beat_s: float

    def chamber(self, frame: int) -> Chamber | None:
        """Return the cavity in the true mask of a frame."""
        return find_chamber(self.recording.labels[frame] == CAVITY, self.recording.spacing_mm)


def _write_clips_of(out: Path, settings: PhantomSettings, number: int) -> list[dict[str, object]]:
    """Write both views of a patient and return their rows."""
    patient = draw_patient(
        settings.seed, number, settings.image_size, settings.frames, settings.frame_rate
    )
    sector = patient.sector.in_square_pixels()
    takes = {view.name: _film(view, sector, settings, number) for view in patient.views}
    files = {
        view.name: _write_take(out, patient, view, takes[view.name], settings)
        for view in patient.views
    }
    biplane = _function(takes)
    return [
        {
            "clip": files[view.name],
            "patient": patient.name,
            "view": view.name,
            "quality": view.quality,
            "sy_mm": take.recording.spacing_mm[0],
            "sx_mm": take.recording.spacing_mm[1],
            "frame_rate_hz": take.frame_rate_hz,
            "ed": take.ed,
            "es": take.es,
            **_function({view.name: take}),
            **{f"biplane_{name}": value for name, value in biplane.items()},
        }
        for view, take in zip(patient.views, takes.values(), strict=True)
    ]


def _function(takes: dict[str, _Take]) -> dict[str, float]:
    """Return what Simpson's method gives of the true masks of the first whole beat."""
    ed = {name: take.chamber(take.ed) for name, take in takes.items()}
    es = {name: take.chamber(take.es) for name, take in takes.items()}
    beat = measure_beat(ed, es, "ase", UNITS["mm"])
    return {"edv_ml": beat.edv, "esv_ml": beat.esv, "ef_percent": beat.ef_percent}


def _film(view: View, sector: Sector, settings: PhantomSettings, number: int) -> _Take:
    rng = np.random.default_rng([*view.stream, 7])
    beat = view.n_systole - 1 + view.n_diastole
    beats = int(rng.integers(*_BEATS, endpoint=True))
    before, after = (int(rng.integers(0, round(_SPARE * beat), endpoint=True)) for _ in range(2))
    # One beat more at either end, of which only these frames are filmed.
    strengths = rng.uniform(*_STRENGTHS, size=beats + 2)
    instants = beat_instants(view, strengths.tolist(), settings.artefacts)
    instants = instants[beat - before : (1 + beats) * beat + 1 + after]
    rate = view.frame_rate_hz
    return _Take(
        recording=record_instants(view, sector, instants, settings.artefacts),
        fan=sector.inside(*sector.pixel_centres()),
        ed=before,
        es=before + view.n_systole - 1,
        frame_rate_hz=round(rate) if _is_video(number, view) else rate,
        beat_s=beat / rate,
    )


def _is_video(number: int, view: View) -> bool:
    return number % 3 == 0 and view.name == "4CH"


def _write_take(
    out: Path, patient: Patient, view: View, take: _Take, settings: PhantomSettings
) -> str:
    """Write a clip and its masks, and return the name of its file."""
    stem = f"{patient.name}_{view.name}"
    name = _name_of(settings.seed, patient.number)
    picture = _annotate(take, [name.replace("^", " "), f"HR {60 / take.beat_s:.0f} BPM"])
    labels, spacing = take.recording.labels, take.recording.spacing_mm
    truth = out / f"truth/{stem}.nii.gz"
    if _is_video(patient.number, view):
        write_video(out / f"clips/{stem}.avi", picture, round(take.frame_rate_hz))
        write_sequence(truth, labels, spacing)
        return f"{stem}.avi"
    shape, regions = _screen(picture.shape[1:], spacing, take)
    image, strip = (region.box.slices for region in regions)
    masks = np.zeros((len(labels), *shape), dtype=np.uint8)
    masks[:, *image] = labels
    write_sequence(truth, masks, spacing)
    frames = np.zeros((*masks.shape, 3), dtype=np.uint8)
    frames[:, *image] = picture[..., None]
    frames[:, *strip] = _ecg_strip(take, regions[1].box)
    frames[:] |= _title(shape, name, view.name)
    tags = _tags(patient, view, name, settings.seed) | {
        "FrameTime": round(1000 / take.frame_rate_hz, 4)
    }
    if patient.number % 4 == 2:
        # Some scanners store without loss, and without colours.
        grey = frames.max(axis=-1)
        path = out / f"clips/{stem}.dcm"
        write_dicom(path, grey, regions, tags, RLELossless, "MONOCHROME2")
    else:
        write_dicom(out / f"clips/{stem}.dcm", frames, regions, tags, JPEGBaseline8Bit)
    return f"{stem}.dcm"


def _screen(
    shape: tuple[int, ...], spacing: tuple[float, float], take: _Take
) -> tuple[tuple[int, int], list[Region]]:
    """Return rows and columns of a scanner's screen, and the 2-D picture and the ECG on it."""
    height, width = shape
    top, left, strip = (
        round(share * side)
        for share, side in ((_MARGIN, height), (_MARGIN, width), (_STRIP, height))
    )
    # Even, as half of the colours are stored.
    rows, columns = (2 * (size // 2 + 1) for size in (2 * top + height + strip, 2 * left + width))
    image = Box(top, left, top + height, left + width)
    below = Box(image.bottom + top // 2, left, image.bottom + top // 2 + strip, left + width)
    duration_s = len(take.recording.frames) / take.frame_rate_hz
    cm = (spacing[0] / 10, spacing[1] / 10)
    return (rows, columns), [
        Region(image, TWO_D, TISSUE, cm, (CENTIMETRES, CENTIMETRES)),
        Region(below, WAVEFORM, ECG, (0.01, duration_s / width), (0, SECONDS)),
    ]


def _ecg_strip(take: _Take, box: Box) -> NDArray[np.uint8]:
    """Return the ECG, [T, Y, X, 3], with a bar that runs along it with time."""
    height, width = box.bottom - box.top, box.right - box.left
    n_frames = len(take.recording.frames)
    seconds = np.arange(width) / width * n_frames / take.frame_rate_hz
    phases = (seconds - take.ed / take.frame_rate_hz) / take.beat_s
    strip = np.repeat(draw_ecg(phases, height)[None], n_frames, axis=0)
    for frame, columns in enumerate(np.arange(n_frames) * width // n_frames):
        strip[frame, :, columns] = 255
    return strip


def _annotate(take: _Take, lines: Iterable[str]) -> NDArray[np.uint8]:
    """Return the frames with text in the black corner beside the fan."""
    text = np.zeros(take.fan.shape, dtype=np.uint8)
    for row, line in enumerate(lines):
        _write(text, line, (3, 12 + 12 * row))
    text[take.fan] = 0
    return np.maximum(take.recording.frames, text)


def _title(shape: tuple[int, int], name: str, view: str) -> NDArray[np.uint8]:
    """Return the line above the picture, [Y, X, 3]."""
    title = np.zeros((*shape, 3), dtype=np.uint8)
    _write(title, f"{name.replace('^', ' ')}  {view}  ADULT ECHO", (5, 14))
    return title


def _write(picture: NDArray[np.uint8], text: str, at: tuple[int, int]) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.35, (230, 230, 230))


def _name_of(seed: int, number: int) -> str:
    rng = np.random.default_rng([seed, number, 8])
    return f"{rng.choice(_FAMILY)}^{rng.choice(_GIVEN)}"


def _tags(patient: Patient, view: View, name: str, seed: int) -> dict[str, object]:
    """Return who and what is seen, as made up as the heart."""
    value, meaning = _VIEW_CODES[view.name]
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "SCT", meaning
    of = (seed, patient.number)
    return {
        "PatientName": name,
        "PatientID": f"EW{seed}-{patient.number:04d}",
        "PatientSex": patient.sex,
        "PatientAge": f"{patient.age:03d}Y",
        "PatientBirthDate": f"{2020 - patient.age}0615",
        "StudyDate": "20200706",
        "StudyInstanceUID": stable_uid(*of, "study"),
        "SeriesInstanceUID": stable_uid(*of, "series", view.name),
        "SOPInstanceUID": stable_uid(*of, "clip", view.name),
        "AccessionNumber": f"A{seed}{patient.number:04d}",
        "InstitutionName": "Phantom Hospital",
        "ReferringPhysicianName": "EICHE^ERNST",
        "Manufacturer": "EchoWeave",
        "ViewCodeSequence": [code],
    }
