"""What a user may change after a finished run: the rows of docs/reruns.md."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from echoweave.io.images import read_image, write_image, write_sequence
from echoweave.io.tables import read_tsv
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from tests.conftest import tiny
from tests.workflow.project import Project


@dataclass(frozen=True)
class Change:
    """One row.

    Attributes:
        what: The first cell.
        keys: Config key -> another value. The row speaks for each: all must give the same answer.
        edit: Changes files of a copy of the run.
    """

    what: str
    keys: Mapping[str, Any] = field(default_factory=dict)
    edit: Callable[[Project], None] | None = None

    @property
    def variants(self) -> list[dict[str, Any]]:
        """One config overlay for each key, or an empty one."""
        return [_nested(key, value) for key, value in self.keys.items()] or [{}]


def _nested(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return dict(value)


def key(name: str, value: Any, edit: Callable[[Project], None] | None = None) -> Change:
    """One config key."""
    return Change(f"`{name}`", {name: value}, edit)


def keys(what: str, prefix: str, **values: Any) -> Change:
    """Several keys of one section."""
    return Change(what, {f"{prefix}.{name}": value for name, value in values.items()})


# Edits of files.


def delete(path: str) -> Callable[[Project], None]:
    return lambda project: (project.results / path).unlink()


def halve(pattern: str) -> Callable[[Project], None]:
    """Cut a file short."""

    def edit(project: Project) -> None:
        (file,) = project.results.glob(pattern)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return edit


def redraw_label(path: str) -> Callable[[Project], None]:
    """Correct a result by a pixel, as in ITK-SNAP."""

    def edit(project: Project) -> None:
        image = read_image(project.results / path)
        labels = image.array.astype(np.uint8)
        labels[tuple(np.argwhere(labels == 1)[0])] = 0
        write_sequence(project.results / path, labels, image.spacing_mm)

    return edit


def append(path: str, text: str = "\n") -> Callable[[Project], None]:
    """Change a file of the code."""

    def edit(project: Project) -> None:
        # "r+" and not "a", which would make a file that is not there.
        with (project.checkout / path).open("r+") as file:
            file.seek(0, os.SEEK_END)
            file.write(text)

    return edit


def move_data(project: Project) -> None:
    shutil.copytree(project.data / "camus", project.folder / "moved")


def name_pairs(project: Project) -> None:
    pairs = read_tsv(project.results / "ted_pairs.tsv")[["ted_id", "patient"]]
    pairs.to_csv(project.folder / "pairs.tsv", sep="\t", index=False)


def write_clips_of_echonet(project: Project) -> None:
    """Put another data set where config.yaml looks for it: in the working directory."""
    settings = {"patients": 1, "test_patients": 1, "size": (48, 48), "frames": (20, 24)}
    write_phantom(project.folder / "resources", PhantomSettings(layout="echonet", **settings))


def keep_model(project: Project) -> None:
    shutil.copy(project.results / "registration/dirnet/model.pt", project.folder / "given.pt")


def redraw(patient: str) -> Callable[[Project], None]:
    """Correct the ED mask of a patient by a pixel."""

    def edit(project: Project) -> None:
        path = project.data / f"camus/database_nifti/{patient}/{patient}_4CH_ED_gt.nii.gz"
        image = read_image(path)
        labels = image.array.astype(np.uint8)
        labels[tuple(np.argwhere(labels == 1)[0])] = 0
        write_image(path, labels, image.spacing_mm)

    return edit


def redraw_truth(project: Project) -> None:
    path = next((project.data / "truth").glob("patient0001_4CH.nii.gz"))
    image = read_image(path)
    write_sequence(path, np.maximum(image.array, 1).astype(np.uint8), image.spacing_mm)


def remove(patient: str) -> Callable[[Project], None]:
    """Take a patient out of the data."""

    def edit(project: Project) -> None:
        camus = project.data / "camus"
        shutil.rmtree(camus / "database_nifti" / patient)
        for path in (camus / "database_split").glob("*.txt"):
            path.write_text(path.read_text().replace(patient, ""))

    return edit


def add(patients: int, tests: int) -> Callable[[Project], None]:
    """Put the further patients of a larger phantom into the data."""

    def edit(project: Project) -> None:
        larger = replace(tiny("nifti"), patients=patients, test_patients=tests)
        more, camus = project.folder / "larger", project.data / "camus"
        write_phantom(more, larger)
        for folder in (more / "camus/database_nifti").iterdir():
            if not (camus / "database_nifti" / folder.name).exists():
                shutil.copytree(folder, camus / "database_nifti" / folder.name)
        shutil.copytree(more / "camus/database_split", camus / "database_split", dirs_exist_ok=True)

    return edit


def touch_inputs(project: Project) -> None:
    for path in (project.data / "camus").rglob("*.nii.gz"):
        path.touch()


def touch_code(project: Project) -> None:
    for folder in ("src", "rules", "workflow/scripts"):
        for path in (project.checkout / folder).rglob("*.*"):
            path.touch()


def damage_nothing(project: Project) -> None:
    """Delete what no rule declares: logs, benchmarks, TensorBoard events."""
    for name in ("logs", "benchmarks", "registration/dirnet/events"):
        shutil.rmtree(project.results / name)


def move_results(project: Project) -> None:
    project.results.rename(project.folder / "renamed")


def lose_records(project: Project) -> None:
    shutil.rmtree(project.folder / ".snakemake")


_MODEL = "registration.models.dirnet"
_NNUNET = "segmentation.training"
_FOLD = "nnunet/trained/Dataset571_CAMUS2DDense/EchoTrainer__dense2d__2d/fold_0"

CHANGES: tuple[Change, ...] = (
    # The whole study.
    Change("nothing"),
    Change("`results_dir`, a new folder", {"results_dir": "elsewhere"}),
    Change("`results_dir`, the old folder renamed", {"results_dir": "renamed"}, move_results),
    Change("`.snakemake` deleted", edit=lose_records),
    key("seed", 7),
    key("folds", 3),
    key("chunks", 3),
    # Data.
    Change("`data.dataset`, written out", {"data.dataset": "camus"}),
    Change("`data.camus.root`, the data moved", {"data.camus.root": "moved"}, move_data),
    Change("`data.camus.layout`, from auto to the one that it is", {"data.camus.layout": "nifti"}),
    Change("`data.echonet.root`, with CAMUS", {"data.echonet.root": "elsewhere"}),
    key("data.ted.root", None),
    Change("`data.ted.pairing`, a table", {"data.ted.pairing": "pairs.tsv"}, name_pairs),
    key("data.dense_truth", None),
    key("data.size", 96),
    Change("`data.on_bad_input`, all inputs sound", {"data.on_bad_input": "exclude"}),
    # Registration.
    Change(
        "`registration.pretrained`", {"registration.pretrained": {"dirnet": "given.pt"}}, keep_model
    ),
    Change(
        "`registration.holdout`, `registration.validation_patients`",
        {"registration.holdout": 0, "registration.validation_patients": 2},
    ),
    Change(
        "`registration.device`, `registration.threads`",
        {"registration.device": "cpu", "registration.threads": 2},
    ),
    key("registration.rim_share", 0.1),
    key(f"{_MODEL}.bending_weight", 0.5),
    keys(
        f"any other key of `{_MODEL}`",
        _MODEL,
        architecture="svf",
        size=96,
        grid_spacing_px=16,
        kernels=4,
        affine_first=True,
        smoothing_px=2,
        standardise=False,
        similarity="mse",
        bending="pixel",
        max_frame_gap=2,
        symmetric=True,
        inverse_weight=1,
        supervision_weight=0.1,
        iterations=6,
        batch_size=4,
        learning_rate=0.01,
        schedule="constant",
        validate_every=1,
    ),
    Change(
        "`registration.models`, a model that is not among the estimators",
        {"registration.models.svf.iterations": 5},
    ),
    # Pseudo-labels.
    Change(
        "`pseudolabels.estimators`, one more",
        {"pseudolabels.estimators": ["still", "joint", "dirnet", "farneback"]},
    ),
    key("pseudolabels.use", "still"),
    Change(
        "`pseudolabels.propagation`, `.fusion`, `.drift_correction`",
        {
            "pseudolabels.propagation": "nearest",
            "pseudolabels.fusion": "paper",
            "pseudolabels.drift_correction": False,
        },
    ),
    keys(
        "any key of `pseudolabels.joint`, with dirnet in use",
        "pseudolabels.joint",
        size=96,
        grid_spacing_px=16,
        smoothing_px=1,
        bending_weight=0.1,
        inverse_weight=10,
        acceleration_weight=1,
        max_frame_gap=2,
        steps=3,
    ),
    keys(
        "`pseudolabels.quality.min_score`, `.ignore_over_mm`",
        "pseudolabels.quality",
        min_score=0.5,
        ignore_over_mm=3,
    ),
    # nnU-Nets.
    Change(
        "`segmentation.device`, `segmentation.threads`",
        {"segmentation.device": "cpu", "segmentation.threads": 2},
    ),
    keys(
        f"`{_NNUNET}.save_every`, `.augmentation_workers`",
        _NNUNET,
        save_every=5,
        augmentation_workers=1,
    ),
    keys(
        f"any other key of `{_NNUNET}`",
        _NNUNET,
        epochs=3,
        iterations_per_epoch=3,
        validation_iterations=2,
        initial_lr=0.1,
        momentum=0.9,
        rotation_degrees=10,
        mirroring=["horizontal"],
    ),
    Change("`segmentation.arms`, dense2d left out", {"segmentation.arms": ["sparse2d", "dense3d"]}),
    Change(
        "`segmentation.candidates`, one more",
        {"segmentation.candidates.dense3d": ["2d", "3d_fullres"]},
    ),
    Change("`segmentation.plans.2d`", {"segmentation.plans.2d.batch_size": 3}),
    Change("`segmentation.plans.3d_fullres`", {"segmentation.plans.3d_fullres.batch_size": 3}),
    # Evaluation and what shows it.
    key("evaluation.frame_rate_hz", 40),
    key("evaluation.consistency_threshold", 0.1),
    key("evaluation.simpson_mode", "camus"),
    key("evaluation.bootstrap_samples", 101),
    key("evaluation.external", "echonet", write_clips_of_echonet),
    key("figures.sequences", ["patient0010_4CH"]),
    key("figures.registration", ["patient0004_4CH"]),
    Change("`viewer.patients`, from all to testing", {"viewer.patients": "testing"}),
    # Input files.
    Change("a training patient added", edit=add(patients=5, tests=2)),
    Change("a training patient removed", edit=remove("patient0004")),
    Change("a test patient added", edit=add(patients=4, tests=3)),
    Change("a test patient removed", edit=remove("patient0020")),
    Change("the ED mask of a training patient corrected", edit=redraw("patient0004")),
    Change("the ED mask of a test patient corrected", edit=redraw("patient0010")),
    Change("a mask in `data.dense_truth` corrected", edit=redraw_truth),
    Change("the same input files with another date", edit=touch_inputs),
    # Code.
    Change(
        "`src/echoweave/registration/losses.py`",
        edit=append("src/echoweave/registration/losses.py"),
    ),
    Change(
        "`src/echoweave/registration/joint.py`",
        edit=append("src/echoweave/registration/joint.py"),
    ),
    Change(
        "`src/echoweave/pseudolabels/fuse.py`", edit=append("src/echoweave/pseudolabels/fuse.py")
    ),
    Change(
        "`src/echoweave/segmentation/trainer.py`",
        edit=append("src/echoweave/segmentation/trainer.py"),
    ),
    Change(
        "`src/echoweave/segmentation/predict.py`",
        edit=append("src/echoweave/segmentation/predict.py"),
    ),
    Change(
        "`src/echoweave/geometry/surfaces.py`",
        edit=append("src/echoweave/geometry/surfaces.py"),
    ),
    Change("`src/echoweave/figures/style.py`", edit=append("src/echoweave/figures/style.py")),
    Change("`src/echoweave/submission/camus.py`", edit=append("src/echoweave/submission/camus.py")),
    Change("`src/echoweave/viewer/page.css`", edit=append("src/echoweave/viewer/page.css")),
    Change("`src/echoweave/labels.py`", edit=append("src/echoweave/labels.py")),
    Change(
        "`src/echoweave/logs.py`, `src/echoweave/errors.py`", edit=append("src/echoweave/logs.py")
    ),
    Change(
        "all of `src/`, `rules/` and `workflow/` with another date (`git checkout`)",
        edit=touch_code,
    ),
    Change(
        "`workflow/scripts/write_submission.py`",
        edit=append("workflow/scripts/write_submission.py"),
    ),
    Change("`resources/published_results.tsv`", edit=append("resources/published_results.tsv")),
    Change("a caption in `workflow/report/`", edit=append("workflow/report/workflow.rst")),
    Change("`config/schema.yaml`", edit=append("config/schema.yaml")),
    # Results.
    Change("`cache/patient0001.h5` deleted", edit=delete("cache/patient0001.h5")),
    Change("`cache/patient0010.h5` (a test patient) deleted", edit=delete("cache/patient0010.h5")),
    Change("`registration/dirnet/model.pt` deleted", edit=delete("registration/dirnet/model.pt")),
    Change(
        "a pseudo-label of the estimator in use deleted",
        edit=delete("pseudolabels/dirnet/fused/patient0001_4CH.nii.gz"),
    ),
    Change(
        "a pseudo-label of a compared estimator deleted",
        edit=delete("pseudolabels/still/fused/patient0001_4CH.nii.gz"),
    ),
    Change(
        "`summary.json` of a fold of dense2d deleted",
        edit=delete(f"{_FOLD}/summary.json"),
    ),
    Change(
        "a pseudo-label of the estimator in use corrected by hand",
        edit=redraw_label("pseudolabels/dirnet/fused/patient0001_4CH.nii.gz"),
    ),
    Change("a prediction deleted", edit=delete("predictions/dense2d/patient0010_4CH.nii.gz")),
    Change(
        "`viewer/data/patient0010_4CH.js` deleted", edit=delete("viewer/data/patient0010_4CH.js")
    ),
    Change(
        "an index in `viewer/data/index/` damaged", edit=halve("viewer/data/index/testing_0_*.json")
    ),
    Change("`tables/table1.md` deleted", edit=delete("tables/table1.md")),
    Change("`figures/figure3.svg` deleted", edit=delete("figures/figure3.svg")),
    Change("logs, benchmarks and TensorBoard events deleted", edit=damage_nothing),
)
