"""A whole phantom data set: CAMUS and TED, EchoNet, clips, M-mode or CT, and what is true."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.images import write_sequence
from echoweave.phantom.camus import write_mhd_view, write_nifti_view
from echoweave.phantom.clip import Recording, record
from echoweave.phantom.crew import draw_all
from echoweave.phantom.echonet import write_echonet
from echoweave.phantom.patient import View, draw_patient
from echoweave.phantom.settings import PhantomSettings
from echoweave.phantom.ted import write_ted_patient


def write_phantom(out: Path, settings: PhantomSettings) -> None:
    """Write a phantom data set to the new folder ``out``; nothing is left if it fails.

    ``out/camus`` holds CAMUS in the layout asked for, ``out/ted/database`` TED, and
    ``out/truth/{sequence}.nii.gz`` the true mask of every CAMUS frame from ED to ES. Of EchoNet,
    ``out/echonet``, it is the cavity in every stored frame; of clips see
    :func:`echoweave.phantom.clips.write_phantom_clips`, of M-mode
    :func:`echoweave.phantom.mmode.write.write_phantom_mmode`, of abdomens
    :func:`echoweave.phantom.learn2reg.files.write_phantom_learn2reg`.

    Raises:
        InputError: ``out`` is there already and not an empty folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            Problem(str(out), "", "is there already", "delete it or give another folder")
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as scratch:
        draft = Path(scratch) / "phantom"
        if settings.layout == "echonet":
            write_echonet(draft, settings)
        elif settings.layout == "clips":
            # Here: only layouts with DICOM files need pydicom.
            from echoweave.phantom.clips import write_phantom_clips

            write_phantom_clips(draft, settings)
        elif settings.layout == "mmode":
            from echoweave.phantom.mmode.write import write_phantom_mmode

            write_phantom_mmode(draft, settings)
        elif settings.layout == "learn2reg":
            from echoweave.phantom.learn2reg.files import write_phantom_learn2reg

            write_phantom_learn2reg(draft, settings)
        else:
            _write_camus(draft, settings)
        draft.rename(out)


def _write_camus(out: Path, settings: PhantomSettings) -> None:
    numbers = sorted(settings.training_numbers + settings.test_numbers)
    list(draw_all(partial(_write_patient, out, settings), numbers))
    if settings.layout == "nifti":
        _write_split(out / "camus" / "database_split", settings)


def _write_patient(out: Path, settings: PhantomSettings, number: int) -> None:
    patient = draw_patient(
        settings.seed, number, settings.image_size, settings.frames, settings.frame_rate
    )
    testing = patient.number in settings.test_numbers
    labelled = not (testing and settings.hide_test_labels)
    if settings.layout == "mhd":
        write_view, group = write_mhd_view, "testing" if testing else "training"
    else:
        write_view, group = write_nifti_view, "database_nifti"
    folder = out / "camus" / group / patient.name
    for view in patient.views:
        in_ted = view.name == "4CH" and patient.number in settings.ted_numbers
        filling = settings.diastoles and view.reversed
        beats = settings.ted_beats[patient.number] if in_ted else int(filling)
        clip = record(view, patient.sector, beats, settings.artefacts)
        if in_ted:
            ted_number = settings.ted_numbers[number]
            write_ted_patient(out / "ted" / "database", ted_number, patient, view, clip)
        clip = _diastole(clip, view) if filling else _systole(clip, view)
        write_view(folder, patient, view, clip, labelled)
        truth = out / "truth" / f"{patient.name}_{view.name}.nii.gz"
        write_sequence(truth, clip.labels, clip.spacing_mm)


def _systole(clip: Recording, view: View) -> Recording:
    n = view.n_systole
    return replace(clip, frames=clip.frames[:n], labels=clip.labels[:n])


def _diastole(clip: Recording, view: View) -> Recording:
    """Return the frames from the second ED back to the first ES: time runs against their order."""
    es = view.n_systole - 1
    ed = es + view.n_diastole
    return replace(clip, frames=clip.frames[ed : es - 1 : -1], labels=clip.labels[ed : es - 1 : -1])


def _write_split(folder: Path, settings: PhantomSettings) -> None:
    """Write the id lists; every fifth training patient is for validation."""
    training = settings.training_numbers
    subgroups: dict[str, Iterable[int]] = {
        "training": (number for number in training if number % 5 != 4),
        "validation": (number for number in training if number % 5 == 4),
        "testing": settings.test_numbers,
    }
    for name, numbers in subgroups.items():
        with whole_file(folder / f"subgroup_{name}.txt") as temporary:
            temporary.write_text("".join(f"patient{number:04d}\n" for number in numbers))
