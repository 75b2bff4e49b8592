"""Where things are in the image: the sector of the probe, and the heart's place in it."""

from dataclasses import dataclass, replace

import numpy as np

from echoweave.phantom.anatomy import Float

# A CAMUS image of usual depth: rows and columns, and its spacing (sy, sx).
_CAMUS_SIZE = (945, 584)
_CAMUS_SPACING_MM = (0.154, 0.308)
_MARGIN_MM = 2.0


@dataclass(frozen=True)
class Sector:
    """A fan of scan lines from one point at the top of the image.

    Attributes:
        depth_mm: From the apex of the fan to its lower arc.
        half_angle: Between the middle and the outer scan line, radians.
        shape: (rows, columns) of the image.
        spacing_mm: (sy, sx).
    """

    depth_mm: float
    half_angle: float
    shape: tuple[int, int]
    spacing_mm: tuple[float, float]

    @classmethod
    def fit(cls, depth_mm: float, half_angle: float, size: tuple[int, int]) -> "Sector":
        """Return the sector whose image has the spacing that ``size`` has at usual depth.

        ``size`` is the (rows, columns) of an image of usual depth: spacing is that of CAMUS,
        coarser by as much as ``size`` is smaller, so that a heart keeps its size in mm.
        """
        spacing = (
            _CAMUS_SPACING_MM[0] * _CAMUS_SIZE[0] / size[0],
            _CAMUS_SPACING_MM[1] * _CAMUS_SIZE[1] / size[1],
        )
        height = depth_mm + 2 * _MARGIN_MM
        width = 2 * (depth_mm * np.sin(half_angle) + _MARGIN_MM)
        shape = (round(height / spacing[0]), round(width / spacing[1]))
        return cls(depth_mm, half_angle, shape, spacing)

    @classmethod
    def fill(cls, depth_mm: float, half_angle: float, shape: tuple[int, int]) -> "Sector":
        """Return the sector whose depth fills the rows of an image of square pixels.

        Its sides may lie beyond the image, as where a scanner's picture was cropped to a square.
        """
        spacing = (depth_mm + 2 * _MARGIN_MM) / shape[0]
        return cls(depth_mm, half_angle, shape, (spacing, spacing))

    def in_square_pixels(self) -> "Sector":
        """Return the same sector in pixels as wide as they are high."""
        sy, sx = self.spacing_mm
        shape = (self.shape[0], round(self.shape[1] * sx / sy))
        return replace(self, shape=shape, spacing_mm=(sy, sy))

    def pixel_centres(self) -> tuple[Float, Float]:
        """Return (x, y) of all pixels in mm, [Y, X] each; the apex of the fan is (0, 0)."""
        rows, columns = self.shape
        y = np.arange(rows) * self.spacing_mm[0] - _MARGIN_MM
        x = (np.arange(columns) - (columns - 1) / 2) * self.spacing_mm[1]
        xx, yy = np.meshgrid(x, y)
        return xx, yy

    def to_pixels(self, x: Float, y: Float) -> tuple[Float, Float]:
        """Turn (x, y) in mm into pixels: columns and rows, (0, 0) the middle of the first one."""
        columns = x / self.spacing_mm[1] + (self.shape[1] - 1) / 2
        return columns, (y + _MARGIN_MM) / self.spacing_mm[0]

    def inside(self, x: Float, y: Float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return whether points (mm) lie in the fan."""
        angle = np.arctan2(x, y)
        return (np.hypot(x, y) <= self.depth_mm) & (np.abs(angle) <= self.half_angle)


@dataclass(frozen=True)
class Pose:
    """Where the heart of a view lies in the sector; the same at every instant.

    Attributes:
        apex_mm: (x, y) of the epicardial apex.
        tilt: Angle of the long axis to the vertical, radians; positive: base to the right.
        bend_per_mm: Curvature of the long axis, 1/mm.
    """

    apex_mm: tuple[float, float]
    tilt: float
    bend_per_mm: float

    def to_image(self, r: Float, z: Float) -> tuple[Float, Float]:
        """Turn coordinates of the long axis into (x, y) of the sector, mm."""
        across = r + self.bend_per_mm * z**2
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        return (
            self.apex_mm[0] + cos * across + sin * z,
            self.apex_mm[1] - sin * across + cos * z,
        )

    def to_axis(self, x: Float, y: Float) -> tuple[Float, Float]:
        """Turn (x, y) of the sector into (r, z) of the long axis, mm."""
        dx, dy = x - self.apex_mm[0], y - self.apex_mm[1]
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        z = sin * dx + cos * dy
        return cos * dx - sin * dy - self.bend_per_mm * z**2, z
