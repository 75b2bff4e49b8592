"""Write phantom patients as TED does."""

from pathlib import Path

import numpy as np

from echoweave.io.images import write_image
from echoweave.labels import ATRIUM, BACKGROUND
from echoweave.phantom.camus import write_cfg
from echoweave.phantom.clip import Recording
from echoweave.phantom.patient import Patient, View


def write_ted_patient(
    database: Path, number: int, patient: Patient, view: View, clip: Recording
) -> None:
    """Write the whole beats of a 4CH view, masks of every frame, without the atrium.

    Args:
        database: The folder ``database`` of TED.
        number: The patient's number in TED.
        patient: The CAMUS patient.
        view: Its 4CH view.
        clip: Its beats, from ED to ED.
    """
    name = f"patient{number:03d}"
    stem = database / name / f"{name}_4CH"
    masks = np.where(clip.labels == ATRIUM, BACKGROUND, clip.labels).astype(np.uint8)
    write_image(stem.with_name(f"{stem.name}_sequence.mhd"), clip.frames, clip.spacing_mm)
    write_image(stem.with_name(f"{stem.name}_sequence_gt.mhd"), masks, clip.spacing_mm)
    entries = {
        "ED": "1",
        "ES": str(view.n_systole),
        "NbFrame": str(len(clip.frames)),
        "Sex": patient.sex,
        "Age": str(patient.age),
        "ImageQuality": view.quality,
        "EF": f"{patient.ef_percent:.0f}",
        "FrameRate": f"{view.frame_rate_hz:.1f}",
    }
    write_cfg(stem.with_name(f"{stem.name}_info.cfg"), entries)
