"""Bring a case onto the grid of another one by a translation, found by their pictures.

All volumes run towards superior, posterior and left, so no rotation, mirror or scale is looked for.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echoweave.learn2reg.scan import Scan, Spacing

if TYPE_CHECKING:
    import SimpleITK as sitk  # noqa: N813

# Hounsfield units that guide: lungs and air below, bone above count alike on all scanners.
_LOWEST, _HIGHEST = -300, 300
# Voxels of the coarse grid on which every translation is tried are about this large, in mm.
_COARSE_MM = 8.0
# Fewest voxels a side there.
_COARSE_SIDE = 12
# Share of the smaller of two volumes that lies in the other one at least.
_OVERLAP = 0.4
_LEVELS = (4, 2, 1)
# Voxels at which the measure is taken: enough for three numbers.
_SAMPLES = 50_000
# Of where these are; ITK would ask the clock.
_SEED = 1


def find_translation(fixed: Scan, moving: Scan) -> tuple[float, float, float]:
    """Return the translation that takes places in ``fixed`` to those in ``moving``.

    First the normalised correlation is taken for every translation by whole voxels of 8 mm or so
    that leaves enough of an overlap (Padfield 2012), so that no start has to be guessed; then it
    is optimised in steps of finer resolution.

    Args:
        fixed: The reference, in Hounsfield units; its first voxel is at the origin.
        moving: Another case of any shape and spacing, its first voxel at the origin, too.

    Returns:
        (tz, ty, tx) in mm: what is at x in ``fixed`` is at x + t in ``moving``.
    """
    import SimpleITK as sitk  # noqa: N813

    still, other = (_guiding(one, min(fixed.spacing)) for one in (fixed, moving))
    start = _try_all(still, other)
    method: Any = sitk.ImageRegistrationMethod()
    method.SetMetricAsCorrelation()
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=2.0 * max(fixed.spacing),
        minStep=0.01,
        numberOfIterations=100,
        gradientMagnitudeTolerance=1e-9,
    )
    levels = [one for one in _LEVELS if min(still.GetSize()) >= one * _COARSE_SIDE] or [1]
    shares = [min(1.0, _SAMPLES * level**3 / still.GetNumberOfPixels()) for level in levels]
    method.SetMetricSamplingPercentagePerLevel(shares, _SEED)
    method.SetShrinkFactorsPerLevel(levels)
    method.SetSmoothingSigmasPerLevel([(level - 1) / 2 for level in levels])
    method.SetSmoothingSigmasAreSpecifiedInPhysicalUnits(False)
    transform: Any = sitk.TranslationTransform(3, start)
    method.SetInitialTransform(transform, inPlace=True)
    method.Execute(still, other)
    tx, ty, tz = transform.GetOffset()
    return tz, ty, tx


def place(
    scan: Scan,
    shape: tuple[int, ...],
    spacing: Spacing,
    translation: tuple[float, float, float],
    outside: int,
    *,
    nearest: bool = False,
) -> NDArray[Any]:
    """Return a volume on another grid.

    Args:
        scan: The volume.
        shape: (Z, Y, X) of the grid.
        spacing: (sz, sy, sx) of the grid in mm.
        translation: As :func:`find_translation` gives it.
        outside: The value where there is nothing of the volume.
        nearest: Take the nearest voxel, as labels need it, not a linear mean.
    """
    import SimpleITK as sitk  # noqa: N813

    resampler: Any = sitk.ResampleImageFilter()
    resampler.SetSize(shape[::-1])
    resampler.SetOutputSpacing(spacing[::-1])
    resampler.SetTransform(sitk.TranslationTransform(3, translation[::-1]))
    resampler.SetDefaultPixelValue(outside)
    resampler.SetInterpolator(sitk.sitkNearestNeighbor if nearest else sitk.sitkLinear)
    # ITK would cut the decimals off.
    resampler.SetOutputPixelType(sitk.sitkFloat32)
    placed = np.rint(sitk.GetArrayFromImage(resampler.Execute(_image(scan))))
    whole: NDArray[Any] = placed.astype(scan.array.dtype)
    return whole


def _image(scan: Scan) -> "sitk.Image":
    import SimpleITK as sitk  # noqa: N813

    image = sitk.GetImageFromArray(scan.array)
    image.SetSpacing(scan.spacing[::-1])
    return image


def _guiding(scan: Scan, side: float) -> "sitk.Image":
    """Return what guides the search, as float on cubes of a side in mm."""
    greys = np.clip(scan.array, _LOWEST, _HIGHEST)
    return _on_cubes(_image(scan._replace(array=greys)), side)


def _try_all(fixed: "sitk.Image", moving: "sitk.Image") -> tuple[float, ...]:
    """Return the best translation (x, y, z) in mm among those by whole voxels of a coarse grid."""
    import SimpleITK as sitk  # noqa: N813

    sizes = [
        one.GetSize()[axis] * one.GetSpacing()[axis] for one in (fixed, moving) for axis in range(3)
    ]
    side = min(_COARSE_MM, min(sizes) / _COARSE_SIDE)
    small, other = (
        _on_cubes(sitk.SmoothingRecursiveGaussian(one, [side / 2] * 3), side)
        for one in (fixed, moving)
    )
    correlation: Any = sitk.FFTNormalizedCorrelationImageFilter()
    correlation.SetRequiredFractionOfOverlappingPixels(_OVERLAP)
    found = sitk.GetArrayFromImage(correlation.Execute(small, other))
    best = np.unravel_index(int(found.argmax()), found.shape)
    # In the middle of what comes out, moving lies with its last voxel on the first of fixed, and so
    # on: at index s of an axis it is shifted by s - (its size - 1) voxels.
    shifts = np.array(best[::-1]) - (np.array(other.GetSize()) - 1)
    return tuple((-shifts * side).tolist())


def _on_cubes(image: "sitk.Image", side: float) -> "sitk.Image":
    """Return the image as float on cubes of a side in mm, the first at the origin, too."""
    import SimpleITK as sitk  # noqa: N813

    size = [
        max(1, round((count - 1) * step / side) + 1)
        for count, step in zip(image.GetSize(), image.GetSpacing(), strict=True)
    ]
    resampler: Any = sitk.ResampleImageFilter()
    resampler.SetSize(size)
    resampler.SetOutputSpacing([side] * 3)
    resampler.SetDefaultPixelValue(_LOWEST)
    resampler.SetOutputPixelType(sitk.sitkFloat32)
    cubes: sitk.Image = resampler.Execute(image)
    return cubes
