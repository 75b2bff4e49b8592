"""One pair: its field read, its labels warped, and what was measured as rows of the tables."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from echoweave.learn2reg.evaluation.overlap import OrganOverlap, measure_organs
from echoweave.learn2reg.fields.files import read_native_field
from echoweave.learn2reg.fields.folding import Smoothness, measure_smoothness
from echoweave.learn2reg.fields.native import from_native, native_shape, to_native
from echoweave.learn2reg.fields.native_warp import NativeField, warp_moving
from echoweave.learn2reg.organs import ORGANS
from echoweave.learn2reg.scan import Scan
from echoweave.learn2reg.splits import VolumePair


class PairTask(NamedTuple):
    """A pair to measure.

    Attributes:
        variant: What made the field.
        pair: Names of the cases.
        path: The displacement file; None for the identity.
    """

    variant: str
    pair: VolumePair
    path: Path | None

    def field(self, fixed: Scan, moving: Scan) -> NativeField:
        """Read the field on the grid of the fixed file, as it leads to voxels of the moving one.

        Raises:
            InputError: It cannot be read, has another shape, or a displacement is not finite.
        """
        z, y, x = fixed.array.shape
        if self.path is None:
            return to_native(np.zeros((3, z, y, x), np.float32), (fixed.axes, moving.axes))
        return read_native_field(self.path, native_shape((z, y, x), fixed.axes))


@dataclass(frozen=True)
class MeasuredPair:
    """What a field is worth on its pair."""

    task: PairTask
    organs: list[OrganOverlap]
    smoothness: Smoothness

    def row(self) -> dict[str, Any]:
        """Return the row of pairs.tsv: means over the organs that both files show."""
        both = [organ for organ in self.organs if organ.present == "both"]
        return {
            **self._keys(),
            "dice": _mean([organ.dice for organ in both]),
            "hd95_voxels": _mean([organ.hd95_voxels for organ in both]),
            "hd95_mm": _mean([organ.hd95_mm for organ in both]),
            **asdict(self.smoothness),
            "organs": len(both),
            "one_sided": len(self.organs) - len(both),
            "lost": sum(organ.is_lost for organ in both),
        }

    def organ_rows(self) -> list[dict[str, Any]]:
        """Return the rows of labels.tsv, one an organ that at least one file shows."""
        return [
            {**self._keys(), "label": organ.label, "organ": ORGANS[organ.label], **asdict(organ)}
            for organ in self.organs
        ]

    def _keys(self) -> dict[str, Any]:
        return {
            "variant": self.task.variant,
            **self.task.pair._asdict(),
        }


def measure_task(task: PairTask, labels: dict[str, Scan]) -> MeasuredPair:
    """Measure a pair.

    Raises:
        InputError: As :meth:`PairTask.field` does.
    """
    fixed, moving = (labels[case] for case in task.pair)
    axes = fixed.axes, moving.axes
    field = task.field(fixed, moving)
    warped = warp_moving(moving.array, field, axes)
    organs = measure_organs(fixed.array, moving.array, warped, fixed.spacing)
    # Between files that are mirrored to each other even the identity would fold.
    return MeasuredPair(task, organs, measure_smoothness(from_native(field, axes)))


def _mean(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
