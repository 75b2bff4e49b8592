"""Write phantom patients as the two releases of CAMUS do."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from echoweave.io.atomic import whole_file
from echoweave.io.images import write_image
from echoweave.labels import BACKGROUND, N_LABELS
from echoweave.phantom.clip import Recording
from echoweave.phantom.patient import Patient, View

# As the public files of the first release say, also for single frames.
THIRD_SPACING_MM = 1.54


def write_mhd_view(
    folder: Path, patient: Patient, view: View, clip: Recording, labelled: bool
) -> None:
    """Write one view as in the first release (MetaImage, all images [T, Y, X]).

    Args:
        folder: The patient's folder.
        patient: Whose view it is.
        view: The view.
        clip: Its half cycle, frames from ED to ES, also where time runs the other way.
        labelled: Whether masks, volumes and EF are given away.
    """
    stem = f"{patient.name}_{view.name}"
    images = {"ED": clip.frames[:1], "ES": clip.frames[-1:], "sequence": _stored(clip.frames, view)}
    if labelled:
        images |= {"ED_gt": clip.labels[:1], "ES_gt": clip.labels[-1:]}
    for name, array in images.items():
        write_image(folder / f"{stem}_{name}.mhd", array, clip.spacing_mm, THIRD_SPACING_MM)
    entries = _entries(patient, view, len(clip.frames))
    if labelled:
        entries |= {
            "LVedv": f"{patient.edv_ml:.1f}",
            "LVesv": f"{patient.esv_ml:.1f}",
            "LVef": f"{patient.ef_percent:.0f}",
        }
    write_cfg(folder / f"Info_{view.name}.cfg", entries)


def write_nifti_view(
    folder: Path, patient: Patient, view: View, clip: Recording, labelled: bool
) -> None:
    """Write one view as in the NIfTI release, with the variety that its files show.

    Odd patients have 2-D headers at ED and ES; every third has masks, every fourth images in
    float32. The masks between ED and ES are interpolated, not true. Arguments as above.
    """
    stem = f"{patient.name}_{view.name}"
    image_type = np.float32 if patient.number % 4 == 3 else np.uint8
    label_type = np.float32 if patient.number % 3 == 1 else np.uint8
    instants = {"ED": 0, "ES": -1}
    flat = patient.number % 2 == 1
    images = {
        name: clip.frames[at] if flat else clip.frames[at][None] for name, at in instants.items()
    }
    images["half_sequence"] = _stored(clip.frames, view)
    for name, array in images.items():
        write_image(folder / f"{stem}_{name}.nii.gz", array.astype(image_type), clip.spacing_mm)
    entries = _entries(patient, view, len(clip.frames))
    if labelled:
        masks = {
            name: clip.labels[at] if flat else clip.labels[at][None]
            for name, at in instants.items()
        }
        masks["half_sequence"] = _stored(interpolate_labels(clip.labels), view)
        for name, array in masks.items():
            path = folder / f"{stem}_{name}_gt.nii.gz"
            write_image(path, array.astype(label_type), clip.spacing_mm)
        entries["EF"] = f"{patient.ef_percent:.0f}"
    write_cfg(
        folder / f"Info_{view.name}.cfg", entries | {"FrameRate": f"{view.frame_rate_hz:.1f}"}
    )


def interpolate_labels(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return [T, Y, X] with all masks but the first and last blended from these two.

    Signed distances in pixels are blended linearly in time, so the result lags behind the
    true motion: like the masks between ED and ES of the NIfTI release it is no reference.
    """
    first, last = _distances(labels[0]), _distances(labels[-1])
    blended = labels.copy()
    for i in range(1, len(labels) - 1):
        share = i / (len(labels) - 1)
        blended[i] = np.argmax((1 - share) * first + share * last, axis=0)
    return blended


def write_cfg(path: Path, entries: dict[str, str]) -> None:
    """Write ``key: value`` lines."""
    with whole_file(path) as temporary:
        temporary.write_text("".join(f"{key}: {value}\n" for key, value in entries.items()))


def _entries(patient: Patient, view: View, n_frames: int) -> dict[str, str]:
    ed, es = (n_frames, 1) if view.reversed else (1, n_frames)
    return {
        "ED": str(ed),
        "ES": str(es),
        "NbFrame": str(n_frames),
        "Sex": patient.sex,
        "Age": str(patient.age),
        "ImageQuality": view.quality,
    }


def _stored(frames: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    return np.ascontiguousarray(frames[::-1]) if view.reversed else frames


def _distances(labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    masks = [labels == value for value in range(BACKGROUND, N_LABELS)]
    return np.stack(
        [distance_transform_edt(mask) - distance_transform_edt(~mask) for mask in masks]
    )
