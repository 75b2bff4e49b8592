"use strict";
/* As in contours.py. */
const UNITS_PER_PIXEL = 10;
/* Outlines are drawn at least this finely, however small the frames are. */
const CANVAS_WIDTH = 1024;

function outlinePath(polygons) {
  const path = new Path2D();
  for (const points of polygons) {
    for (let i = 0; i < points.length; i += 2) {
      const move = i ? "lineTo" : "moveTo";
      path[move](points[i] / UNITS_PER_PIXEL + 0.5, points[i + 1] / UNITS_PER_PIXEL + 0.5);
    }
    path.closePath();
  }
  return path;
}
