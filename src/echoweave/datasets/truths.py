"""Masks of every frame that a user has beside the data set, ``data.dense_truth``."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from echoweave.datasets.folders import NIFTI, file_names, file_of
from echoweave.datasets.source import Found
from echoweave.errors import InputError, Problem


def list_truths(folder: Path | None) -> dict[str, Path]:
    """Return the dense masks in ``folder`` (``data.dense_truth``) by sequence name.

    Raises:
        InputError: There is no such folder.
    """
    if folder is None:
        return {}
    if not folder.is_dir():
        remedy = "point it at the folder of masks, or set it to null to go without"
        raise InputError(
            Problem(str(folder), "data.dense_truth", "there is no such folder", remedy)
        )
    names = file_names(folder)
    stems = {name.removesuffix(end) for name in names for end in NIFTI if name.endswith(end)}
    return {stem: file_of(folder, stem, NIFTI, names) for stem in sorted(stems)}


def check_truths(
    truths: Mapping[str, Path],
    found: Sequence[Found],
    folder: str | None,
    fatal: list[Problem],
    warnings: list[Problem],
) -> None:
    """Notice dense masks whose names match no sequence; if none does, the folder is the wrong one.

    Args:
        truths: Those of :func:`list_truths`.
        found: The sequences.
        folder: ``data.dense_truth``.
        fatal: Gets a problem if no mask has its sequence.
        warnings: Gets one that lists the masks without one.
    """
    names = {one.name for one in found}
    strange = [path.name for stem, path in truths.items() if stem not in names]
    if folder is None or not found or (truths and not strange):
        return
    listed = ", ".join(strange[:3]) + (", ..." if len(strange) > 3 else "")
    if len(strange) < len(truths):
        what = f"{len(strange)} of {len(truths)} masks match no sequence ({listed})"
        remedy = f"name them {found[0].name}.nii.gz"
        warnings.append(Problem(folder, "data.dense_truth", what, remedy))
        return
    what = f"none of its masks matches a sequence ({listed})" if truths else "holds no masks"
    remedy = f"name them {found[0].name}.nii.gz, or set it to null to go without"
    fatal.append(Problem(folder, "data.dense_truth", what, remedy))
