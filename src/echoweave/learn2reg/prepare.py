"""Bring cases to the common grid and into the store."""

from collections.abc import Sequence
from pathlib import Path

from echoweave.learn2reg.cohorts.registry import FORMS
from echoweave.learn2reg.greys import LOWEST_HU
from echoweave.learn2reg.placing import find_translation, place
from echoweave.learn2reg.scan import Scan, read_ct, read_organ_labels
from echoweave.learn2reg.source import VolumeSource
from echoweave.learn2reg.store import store_case
from echoweave.learn2reg.volume import CaseVolume
from echoweave.logs import LOGGER, Progress


def prepare_cases(
    sources: Sequence[VolumeSource],
    reference: VolumeSource | None,
    outputs: Sequence[Path],
    threads: int,
) -> None:
    """Write cases on the common grid, whatever the axes of their files.

    Args:
        sources: The cases.
        reference: A case of the target. To its grid they are resampled (linear; the nearest voxel
            of labels), moved by a translation that fits them to it, and cut or padded with air.
            None for cases of the target, which lie on the grid.
        outputs: A file {name}.h5 for each of ``sources``, in the same order.
        threads: Of SimpleITK.

    Raises:
        InputError: A file cannot be read.
    """
    import SimpleITK as sitk  # noqa: N813

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    grid = read_ct(reference.image) if reference else None
    progress = Progress("Preparing", len(outputs))
    for done, (source, output) in enumerate(zip(sources, outputs, strict=True), 1):
        store_case(output, _placed(source, grid) if grid else _oriented(source))
        progress.update(done, source.name)


def _oriented(source: VolumeSource) -> CaseVolume:
    return _case(source, read_ct(source.image), _labels(source))


def _placed(source: VolumeSource, grid: Scan) -> CaseVolume:
    scan, labels = read_ct(source.image), _labels(source)
    translation = find_translation(grid, scan)
    LOGGER.info("%s: moved by (%.0f, %.0f, %.0f) mm (z, y, x)", source.name, *translation)
    shape, spacing = grid.array.shape, grid.spacing
    image = place(scan, shape, spacing, translation, LOWEST_HU)
    if labels is not None:
        placed = place(labels, shape, spacing, translation, 0, nearest=True)
        labels = labels._replace(array=placed)
    return _case(source, Scan(image, spacing, scan.axes), labels)


def _labels(source: VolumeSource) -> Scan | None:
    """Return the labels as the cohort writes them."""
    if source.labels is None:
        return None
    return read_organ_labels(source.labels, FORMS[source.cohort].values)


def _case(source: VolumeSource, image: Scan, labels: Scan | None) -> CaseVolume:
    to_organs = FORMS[source.cohort].to_organs
    return CaseVolume(
        name=source.name,
        cohort=source.cohort,
        image=image.array,
        labels=None if labels is None else to_organs(labels.array, image.array),
        known=source.known,
        spacing=image.spacing,
        axes=image.axes,
    )
