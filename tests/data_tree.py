"""A data tree small enough to check by hand: four frames of 6 x 8 pixels a clip."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.datasets.cohort import Cohort, load_cohort
from echoweave.io.images import write_image

SHAPE = (6, 8)
SPACING_MM = (0.2, 0.1)
PARTS = {"mhd": ("training", ".mhd", "sequence"), "nifti": ("", ".nii.gz", "half_sequence")}


def clip() -> NDArray[np.uint8]:
    """Frames 0-3 with the grey values 0-7, 50-57, 100-107, 150-157 from left to right."""
    row = np.arange(SHAPE[1]) + 50 * np.arange(4)[:, None, None]
    return np.broadcast_to(row, (4, *SHAPE)).astype(np.uint8)


def mask(cavity_rows: int) -> NDArray[np.uint8]:
    """Cavity from the top, a row of myocardium, a row of atrium."""
    labels = np.zeros(SHAPE, np.uint8)
    labels[:cavity_rows, 2:6] = 1
    labels[cavity_rows, 2:6] = 2
    labels[cavity_rows + 1, 2:6] = 3
    return labels


def frames_of(
    patient: str, view: str, frames: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """``frames`` or :func:`clip`, marked in a corner so that no two sequences have the same.

    Unmarked are patient0001_4CH, and every 4CH of given frames.
    """
    own = clip() if frames is None else frames.copy()
    number = int(patient.removeprefix("patient")) - 1 if frames is None else 0
    own[:, -1, -1] += number % 50
    own[:, -2, -1] += number // 50
    own[:, -1, -2] += view == "2CH"
    return own


class Tree:
    """Writes patients of CAMUS and TED below one folder and loads them.

    Attributes:
        patient: Whose files :meth:`file` names unless told otherwise.
    """

    patient = "patient0001"

    def __init__(self, root: Path, layout: str) -> None:
        self.root, self.layout = root, layout
        self.camus, self.ted, self.results = root / "camus", root / "ted", root / "results"
        self.suffix, self.clip_name = PARTS[layout][1:]
        self.config: dict[str, Any] = {
            "seed": 1,
            "folds": 1,
            "data": {
                "dataset": "camus",
                "camus": {"root": str(self.camus), "layout": "auto"},
                "ted": {"root": None, "pairing": None},
                "dense_truth": None,
                "size": 4,
                "on_bad_input": "stop",
            },
        }

    @property
    def ted_root(self) -> Path:
        """What the configuration names, which need not be :attr:`ted`."""
        return Path(self.config["data"]["ted"]["root"] or "")

    def folder(self, patient: str, split: str = "training") -> Path:
        """The folder of a patient."""
        return self.camus / (split if self.layout == "mhd" else "database_nifti") / patient

    def file(self, part: str, patient: str | None = None, view: str = "4CH") -> Path:
        """The file ``part`` ("ED_gt", "sequence", "cfg") of a training patient."""
        patient = patient or self.patient
        if part == "cfg":
            return self.folder(patient) / f"Info_{view}.cfg"
        part = self.clip_name if part == "sequence" else part
        return self.folder(patient) / f"{patient}_{view}_{part}{self.suffix}"

    def add(
        self,
        patient: str = "patient0001",
        split: str = "training",
        labelled: bool = True,
        frames: NDArray[np.uint8] | None = None,
        ed_es: tuple[int, int] = (1, 4),
    ) -> None:
        """Write both views of a sound patient."""
        ed, es = (number - 1 for number in ed_es)
        folder = self.folder(patient, split)
        for view in ("2CH", "4CH"):
            own = frames_of(patient, view, frames)
            images = {self.clip_name: own, "ED": own[ed], "ES": own[es]}
            images |= {"ED_gt": mask(4), "ES_gt": mask(2)} if labelled else {}
            for part, array in images.items():
                write_image(folder / f"{patient}_{view}_{part}{self.suffix}", array, SPACING_MM)
            entries = {"ED": ed_es[0], "ES": ed_es[1], "NbFrame": len(own), "Sex": "F"}
            entries |= {"Age": 56, "ImageQuality": "Good", "EF": 52, "FrameRate": 40.5}
            text = "".join(f"{key}: {value}\n" for key, value in entries.items())
            (folder / f"Info_{view}.cfg").write_text(text)
        if self.layout == "nifti":
            self.enlist(patient, split)

    def enlist(self, patient: str, subgroup: str) -> None:
        """Add a line to a list of the NIfTI release; all three lists come into being."""
        lists = self.camus / "database_split"
        lists.mkdir(exist_ok=True)
        for name in ("training", "validation", "testing"):
            with (lists / f"subgroup_{name}.txt").open("a") as file:
                file.write(f"{patient}\r\n" if name == subgroup else "")

    def add_ted(
        self, ted_id: str, frames: NDArray[np.uint8], labels: NDArray[np.uint8] | None = None
    ) -> None:
        """Write a TED clip; its masks are the number of the frame modulo 3 unless given."""
        self.config["data"]["ted"]["root"] = str(self.ted)
        stem = self.ted / "database" / ted_id / f"{ted_id}_4CH_sequence"
        if labels is None:
            labels = np.ones_like(frames) * (np.arange(len(frames)) % 3)[:, None, None]
        write_image(stem.with_suffix(".mhd"), frames, SPACING_MM)
        gt = stem.with_name(f"{stem.name}_gt.mhd")
        write_image(gt, labels.astype(np.uint8), SPACING_MM)

    def load(self) -> Cohort:
        """Load the cohort as the workflow does."""
        return load_cohort(self.config, self.results)
