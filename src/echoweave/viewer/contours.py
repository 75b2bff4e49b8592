"""Outlines of masks as polygons, small enough for a web page."""

import cv2
import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray

# Largest distance between the outline and its polygon, in pixels.
TOLERANCE = 0.4
UNITS_PER_PIXEL = 10


def outlines(mask: NDArray[np.bool_]) -> list[list[int]]:
    """Return the closed outlines of ``mask`` [Y, X], holes included.

    Returns:
        For each outline x0, y0, x1, y1, ... in tenths of a pixel, where pixel (0, 0) has its
        centre at (0, 0); the outline runs half way between pixels inside and outside.
    """
    if not mask.any():
        return []
    # Around the mask alone: most of a frame is background.
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    padded = np.pad(mask[top : top + height, left : left + width], 1).astype(float)
    corner = np.array([left - 1, top - 1])
    polygons = []
    for line in contour_generator(z=padded).lines(0.5):
        points = (np.asarray(line)[:-1] + corner).astype(np.float32)
        polygon = cv2.approxPolyDP(points, TOLERANCE, True)[:, 0]
        if len(polygon) > 2:
            polygons.append(np.rint(polygon * UNITS_PER_PIXEL).astype(int).ravel().tolist())
    return polygons
