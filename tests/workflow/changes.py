"""What a user may change after a finished run: the rows of docs/reruns.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from tests.workflow.edits import (
    add,
    append,
    damage_nothing,
    delete,
    halve,
    keep_model,
    lose_records,
    move_data,
    move_results,
    name_pairs,
    redraw,
    redraw_label,
    redraw_truth,
    remove,
    touch_code,
    touch_inputs,
    write_clips_of_echonet,
    write_strips,
    write_volumes,
)
from tests.workflow.project import Project


@dataclass(frozen=True)
class Change:
    """One row.

    Attributes:
        what: The first cell.
        keys: Config key -> another value. The row speaks for each: all must give the same answer.
        edit: Changes files of a copy of the run.
        together: Ask for all keys at once, which is as good where none of them counts.
    """

    what: str
    keys: Mapping[str, Any] = field(default_factory=dict)
    edit: Callable[[Project], None] | None = None
    together: bool = False

    @property
    def variants(self) -> list[dict[str, Any]]:
        """One config overlay for each key, or an empty one."""
        overlays = [_nested(key, value) for key, value in self.keys.items()] or [{}]
        return [reduce(_merged, overlays)] if self.together else overlays


def _nested(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return dict(value)


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for name, value in other.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


def key(name: str, value: Any, edit: Callable[[Project], None] | None = None) -> Change:
    """One config key."""
    return Change(f"`{name}`", {name: value}, edit)


def keys(what: str, prefix: str, together: bool = False, **values: Any) -> Change:
    """Several keys of one section."""
    named = {f"{prefix}.{name}": value for name, value in values.items()}
    return Change(what, named, together=together)


_MODEL = "registration.models.dirnet"
_NNUNET = "segmentation.training"
_COHORTS = (
    *("msd-liver", "msd-pancreas", "msd-hepatic-vessel", "msd-spleen", "msd-colon"),
    *("kits", "tcia"),
)
_ARMS = ["sparse2d", "dense2d", "dense3d"]
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
        together=True,
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
    key(f"{_MODEL}.noisy_labels_weight", 0.1),
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
        together=True,
    ),
    keys(
        f"`{_NNUNET}.save_every`, `.augmentation_workers`",
        _NNUNET,
        together=True,
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
        share_of_training=0.5,
    ),
    Change("`segmentation.arms`, weak3d-ssl added", {"segmentation.arms": [*_ARMS, "weak3d-ssl"]}),
    keys(
        "any key of `segmentation.pretraining`, with no arm that starts from it",
        "segmentation.pretraining",
        together=True,
        epochs=3,
        iterations_per_epoch=3,
        validation_iterations=2,
        initial_lr=0.1,
        hidden_share=0.4,
        hide="tube",
        loss_on="hidden",
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
    Change("`mmode.root`, strips of mice", {"mmode.root": "resources/mmode"}, write_strips),
    Change(
        "any other key of `mmode`, without strips",
        {
            f"mmode.{name}": value
            for name, value in {
                "species": "human",
                "mm_per_px": 0.1,
                "ms_per_px": 1,
                "validation_percent": 30,
                "test_percent": 30,
                "virtual_height": 0.5,
                "networks": ["nnunet"],
                "size": 64,
                "window_shares": [1.0],
                "quicknat.epochs": 1,
                "quicknat.batch_size": 2,
                "quicknat.learning_rate": 0.1,
                "quicknat.start": "none.pt",
                "plan.batch_size": 3,
                "quality.size": 64,
                "quality.epochs": 1,
                "quality.batch_size": 2,
                "quality.learning_rate": 0.1,
                "quality.threshold": 0.6,
            }.items()
        },
        together=True,
    ),
    Change("`learn2reg.root`, volumes", {"learn2reg.root": "resources/learn2reg"}, write_volumes),
    Change(
        "any other key of `learn2reg`, without volumes",
        {
            f"learn2reg.{name}": value
            for name, value in {
                **{f"cohorts.{name}": "elsewhere" for name in _COHORTS},
                "pairs.validation": "pairs.csv",
                "pairs.testing": "pairs.csv",
                "choosing_cases": 2,
                "exclude": ["kits_case_00001"],
                "variants": ["baseline"],
                "network.windows": [[400, 40]],
                "network.channels": [8, 16],
                "network.down_convolutions": [1],
                "network.up_convolutions": [1],
                "network.norm": "none",
                "network.head": "svf",
                "network.deep_supervision": False,
                "network.shrink": 2,
                "training.similarity": "ncc",
                "training.similarity_weight": 2,
                "training.regulariser": "bending",
                "training.regulariser_weight": 1,
                "training.dice_weight": 2,
                "training.inverse_weight": 1,
                "training.crop": 64,
                "training.iterations": 3,
                "training.batch_size": 1,
                "training.learning_rate": 0.1,
                "training.schedule": "cosine",
                "training.validate_every": 1,
                "training.checkpointing": True,
                "pretraining.iterations": 3,
                "pretraining.learning_rate": 0.1,
                "noisy.min_confidence": 0.1,
                "noisy.plan.batch_size": 3,
                "refinement.similarity": "mse",
                "refinement.bending_weight": 1,
                "refinement.grid_spacing_px": 16,
                "refinement.shrinks": [2],
                "refinement.steps": 1,
                "refinement.learning_rate": 0.2,
                "submission": "half",
            }.items()
        },
        together=True,
    ),
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
