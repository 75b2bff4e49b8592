"""Write M-mode recordings of phantom animals, and what is true of them."""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image as Pillow
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from echoweave.io.atomic import whole_file
from echoweave.io.tables import write_tsv
from echoweave.phantom.crew import draw_all
from echoweave.phantom.dicom import stable_uid, write_dicom
from echoweave.phantom.mmode.beat_train import Heart, draw_rates
from echoweave.phantom.mmode.population import POPULATIONS, Population
from echoweave.phantom.mmode.recording import MModeRecording, draw_recording
from echoweave.phantom.mmode.screen import film_screen
from echoweave.phantom.settings import PhantomSettings

_RECORDINGS = 2
# Points of a trace in a beat.
_POINTS_A_BEAT = 50

Row = dict[str, object]


class _Rows(NamedTuple):
    """What one recording adds to the tables."""

    strip: Row
    region: Row
    truth: Row
    beats: list[Row]


def write_phantom_mmode(out: Path, settings: PhantomSettings) -> None:
    """Write the recordings to ``out/mmode`` and what is true of them to ``out/truth``.

    ``mmode`` has strips.tsv, regions.tsv, and each recording either as ``img/{recording}.png`` with
    ``mask/{recording}.png`` (255: lumen), or as ``dicom/{recording}.dcm`` with
    ``traces/{recording}.csv``. ``truth/mmode.tsv`` has a row a recording, ``truth/beats.tsv`` one a
    whole beat, ``truth/lvid/{recording}.tsv`` one a column.
    """
    numbers = sorted(settings.training_numbers + settings.test_numbers)
    rows: list[_Rows] = []
    for drawn in draw_all(partial(_write_animal, out, settings), numbers):
        rows += drawn
    write_tsv(pd.DataFrame([one.strip for one in rows]), out / "mmode/strips.tsv")
    write_tsv(pd.DataFrame([one.region for one in rows]), out / "mmode/regions.tsv")
    write_tsv(pd.DataFrame([one.truth for one in rows]), out / "truth/mmode.tsv")
    beats = [beat for one in rows for beat in one.beats]
    write_tsv(pd.DataFrame(beats, columns=_BEAT_COLUMNS), out / "truth/beats.tsv")


def _write_animal(out: Path, settings: PhantomSettings, number: int) -> list[_Rows]:
    population = POPULATIONS[settings.species]
    rng = np.random.default_rng([settings.seed, number, 9])
    sine = number % 3 == 2 or not settings.artefacts.anatomy
    heart = Heart.draw(population, rng, sine)
    # Larger animals have larger hearts.
    low, high = population.lvidd_mm
    share = (heart.lvidd_mm - low) / (high - low)
    mass = np.interp(np.clip(share + rng.normal(0, 0.15), 0, 1), [0, 1], population.mass_g)
    animal = f"{population.name}{number:04d}"
    rows = []
    for index, rate in enumerate(draw_rates(rng, _RECORDINGS)):
        recording = draw_recording(
            name=f"{animal}_{index + 1}",
            population=population,
            heart=heart,
            rate=rate,
            size=settings.image_size,
            artefacts=settings.artefacts,
            wholly_bad=number % 8 == 5 and index == 1,
            rng=np.random.default_rng([settings.seed, number, 10, index]),
        )
        if number % 3 == 0:
            file = _write_screen(out, recording, settings.seed, number, index)
            scale: Row = {"mm_per_px": None, "ms_per_px": None}
        else:
            file = _write_pictures(out, recording)
            scale = {"mm_per_px": recording.mm_per_row, "ms_per_px": recording.ms_per_column}
        _write_diameters(out, recording)
        beats = _beat_rows(recording, population)
        strip = {"recording": recording.name, "animal": animal, "file": file, **scale}
        rows.append(
            _Rows(
                strip={**strip, "mass_g": round(float(mass), 1)},
                region=_region_row(recording),
                truth=_truth_row(recording, animal, "sine" if sine else "real", beats),
                beats=beats,
            )
        )
    return rows


def _write_pictures(out: Path, recording: MModeRecording) -> str:
    for folder, pixels in (("img", recording.pixels), ("mask", 255 * recording.mask)):
        with whole_file(out / f"mmode/{folder}/{recording.name}.png") as temporary:
            Pillow.fromarray(pixels).save(temporary, "PNG")
    return f"img/{recording.name}.png"


def _write_screen(out: Path, recording: MModeRecording, seed: int, number: int, index: int) -> str:
    """Write a recording as its scanner does: the first of an animal in JPEG, the second in RLE."""
    who = f"ANIMAL^{number:04d}"
    rate = recording.beats.heart.rate_bpm
    screen = film_screen(
        recording.pixels,
        recording.line,
        recording.beats.phases(recording.times_s),
        recording.mm_per_row,
        recording.ms_per_column,
        [who.replace("^", " "), "2020-07-06", f"HR {rate:.0f} BPM"],
        np.random.default_rng([seed, number, 11, index]),
    )
    step = np.diff(screen.first_columns).mean() if len(screen.first_columns) > 1 else 1.0
    tags = {
        "PatientName": who,
        "PatientID": f"EW{seed}-{number:04d}",
        "StudyDate": "20200706",
        "StudyInstanceUID": stable_uid(seed, number, "study"),
        "SeriesInstanceUID": stable_uid(seed, number, "series", index),
        "SOPInstanceUID": stable_uid(seed, number, "m-mode", index),
        "InstitutionName": "Phantom Hospital",
        "Manufacturer": "EchoWeave",
        "FrameTime": round(float(step) * recording.ms_per_column, 4),
    }
    syntax, photometric = ((JPEGBaseline8Bit, "YBR_FULL_422"), (RLELossless, "RGB"))[index % 2]
    file = f"dicom/{recording.name}.dcm"
    write_dicom(out / "mmode" / file, screen.frames, screen.regions, tags, syntax, photometric)
    _write_traces(out, recording)
    return file


def _write_traces(out: Path, recording: MModeRecording) -> None:
    """Write both borders as points; x and y count from the middle of the first pixel."""
    beat_columns = 60_000 / recording.beats.heart.rate_bpm / recording.ms_per_column
    last = recording.pixels.shape[1] - 1
    step = max(round(beat_columns / _POINTS_A_BEAT), 1)
    columns = np.unique([*range(0, last, step), last])
    points = pd.concat(
        pd.DataFrame({"line": line, "x": columns, "y": recording.rows_of(depths)[columns]})
        for line, depths in (("upper", recording.upper_mm), ("lower", recording.lower_mm))
    )
    with whole_file(out / f"mmode/traces/{recording.name}.csv") as temporary:
        points.to_csv(temporary, index=False, float_format="%.4f")


def _write_diameters(out: Path, recording: MModeRecording) -> None:
    table = pd.DataFrame(
        {
            "column": np.arange(recording.pixels.shape[1]),
            "time_s": recording.times_s,
            "lvid_mm": recording.lower_mm - recording.upper_mm,
        }
    )
    write_tsv(table, out / f"truth/lvid/{recording.name}.tsv")


def _region_row(recording: MModeRecording) -> Row:
    """Return where it is good and bad; several stretches share a cell."""
    row: Row = {"recording": recording.name}
    for kind, stretches in (("good", recording.good), ("bad", recording.bad)):
        for end, at in (("start", 0), ("end", 1)):
            row[f"{kind}_{end}_s"] = " ".join(f"{one[at]:.4f}" for one in stretches)
    return row


_MEASURES = ("lvidd_mm", "lvids_mm", "ef_percent", "fs_percent", "hr_bpm")
_BEAT_COLUMNS = ["recording", "beat", "start_s", "systole_s", "end_s", *_MEASURES, "good"]


def _beat_rows(recording: MModeRecording, population: Population) -> list[Row]:
    """Return a row a beat that is wholly there."""
    beats, rows = recording.beats, list[Row]()
    systoles = beats.systoles_s
    for i, lvids in enumerate(beats.lvids_mm):
        start, end = float(beats.starts_s[i]), float(beats.starts_s[i + 1])
        if start < 0 or end > recording.times_s[-1]:
            continue
        lvidd = float(beats.lvidd_mm[i])
        rows.append(
            {
                "recording": recording.name,
                "beat": len(rows),
                "start_s": start,
                "systole_s": systoles[i],
                "end_s": end,
                "lvidd_mm": lvidd,
                "lvids_mm": lvids,
                "ef_percent": population.ejected_percent(lvidd, lvids),
                "fs_percent": 100 * (1 - lvids / lvidd),
                "hr_bpm": 60 / (end - start),
                "good": recording.is_good(start, end),
            }
        )
    return rows


def _truth_row(recording: MModeRecording, animal: str, course: str, beats: list[Row]) -> Row:
    """Return the medians over the good beats; empty where there is none."""
    good = pd.DataFrame([beat for beat in beats if beat["good"]], columns=_BEAT_COLUMNS)
    share = sum(end - start for start, end in recording.good) / recording.length_s
    return {
        "recording": recording.name,
        "animal": animal,
        "course": course,
        "quality": recording.quality,
        "good_share": share,
        "good_beats": len(good),
        **{measure: good[measure].astype(float).median() for measure in _MEASURES},
    }
