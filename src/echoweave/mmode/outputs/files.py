"""What the folder of a strip holds. Rules import this module while they are parsed."""

from echoweave.outputs.names import POSTER, REPORT, SUMMARY

MASK, COLUMNS, BEATS, CURVES = "mask.png", "lvid.csv", "beats.csv", "curves.png"
STRIP_FILES = (MASK, COLUMNS, BEATS, POSTER, CURVES, REPORT, SUMMARY)
