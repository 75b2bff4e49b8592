"""M-mode that cannot be used: case -> what is done to a sound tree, and what is said of it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PIL import Image as Pillow
from pydicom.uid import ExplicitVRLittleEndian

from echoweave.clips.clip import Box
from echoweave.clips.regions import Region
from tests.bad_input.clip_faults import huge_png
from tests.clips.samples import coloured, region
from tests.mmode.strips.samples import (
    ROWS,
    TABLE,
    beating_strip,
    mmode_region,
    sample_mask,
    scrolled,
    write_mmode,
    write_png,
)

MModeCase = tuple[Callable[[Path], object], str]
COPY = "replace it with a sound copy"
GREY = "give a recording of the same view without colour"
EXPORT = "export the M-mode with its regions, or store the strip as PNG and give its scale"
KIND = "give PNG, JPEG or DICOM"
CELL = "begin it with a letter or a digit, and use these and _ . - alone"
STRIP = beating_strip(100)
PICTURE, MASK, DICOM = "img/m1_a.png", "mask/m1_a.png", "dicom/m3_a.dcm"
RAW = {"syntax": ExplicitVRLittleEndian, "photometric": "MONOCHROME2"}


def png(name: str, pixels: Any) -> Callable[[Path], object]:
    return lambda root: write_png(root / name, pixels)


def content(name: str, data: bytes) -> Callable[[Path], object]:
    def write(root: Path) -> None:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(data)

    return write


def cut(name: str, share: float) -> Callable[[Path], object]:
    def shorten(root: Path) -> None:
        whole = (root / name).read_bytes()
        (root / name).write_bytes(whole[: round(share * len(whole))])

    return shorten


def gone(name: str) -> Callable[[Path], object]:
    return lambda root: (root / name).unlink()


def dicom(frames: Any = STRIP[None], part: Region | None = None) -> Callable[[Path], object]:
    return lambda root: write_mmode(root / DICOM, frames, part, **RAW)


def tagged(keyword: str, value: Any) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        dataset = pydicom.dcmread(root / DICOM)
        setattr(dataset, keyword, value)
        dataset.save_as(root / DICOM)

    return change


def table(before: str, after: str) -> Callable[[Path], object]:
    assert before in TABLE
    return lambda root: (root / "strips.tsv").write_text(TABLE.replace(before, after))


def traces(text: str) -> Callable[[Path], object]:
    return content("traces/m2_a.csv", text.encode())


def bomb(root: Path) -> None:
    (root / PICTURE).rename(root / "img/frame_001.png")
    huge_png(root / "img")
    (root / "img/frame_001.png").rename(root / PICTURE)


def animated(root: Path) -> None:
    frames = [Pillow.fromarray(frame) for frame in (STRIP, STRIP[::-1])]
    frames[0].save(root / PICTURE, save_all=True, append_images=frames[1:])


def drawn_over(root: Path) -> None:
    frames = np.repeat(STRIP[None], 3, axis=0)
    for index in (1, 2):
        frames[index:, :, 10 * index : 10 * index + 10] = beating_strip(10, seed=index)
    write_mmode(root / DICOM, frames, **RAW)


def pipe(root: Path) -> None:
    (root / PICTURE).unlink()
    os.mkfifo(root / PICTURE)


def reopened(root: Path) -> None:
    dicom(scrolled(beating_strip(400), (0, 30, 60)))(root)
    dataset = pydicom.dcmread(root / DICOM)
    dataset.NumberOfFrames = 4
    dataset.save_as(root / DICOM)


# What reading the recording of the file says.
STRIPS: dict[str, MModeCase] = {
    "no picture": (content(PICTURE, b"x" * 99), f"{PICTURE}: no readable picture; {COPY}"),
    "an empty picture": (content(PICTURE, b""), f"{PICTURE}: no readable picture; {COPY}"),
    "a picture that is cut short": (
        cut(PICTURE, 0.5),
        f"{PICTURE}: damaged (image file is truncated); {COPY}",
    ),
    "a decompression bomb": (bomb, f"{PICTURE}: no readable picture; {COPY}"),
    "an animated picture": (
        animated,
        f"{PICTURE}: an animated picture; store the whole strip as one still",
    ),
    "a pipe": (pipe, f"{PICTURE}: not a regular file; {COPY}"),
    "colours of flow": (
        png(PICTURE, coloured(STRIP[None], 0.2)[0]),
        f"{PICTURE}: colour Doppler lies over the tissue; {GREY}",
    ),
    "nothing to see": (
        png(PICTURE, STRIP // 40),
        f"{PICTURE}: its brightest grey value is 6 of 255, which shows nothing; leave it out if it "
        "is a mask, or scale it to 0 to 255",
    ),
    "too small": (
        png(PICTURE, STRIP[:8]),
        f"{PICTURE}: 100 x 8 pixels, too few to show a heart; {COPY}",
    ),
    "a picture that is missing": (gone(PICTURE), f"{PICTURE}: the file is missing; put it back"),
    "no DICOM": (content(DICOM, b"x" * 200), f"{DICOM}: not a DICOM file; {COPY}"),
    "another modality": (
        tagged("Modality", "MR"),
        f"{DICOM}: its modality is MR, not US; give an ultrasound clip",
    ),
    "no M-mode": (
        dicom(part=region(Box(0, 0, ROWS, 100))),
        f"{DICOM}: none of its regions is M-mode of tissue over seconds (4) and cm (3): a 2-D "
        f"image of data type 1 in units 3 and 3; {EXPORT}",
    ),
    "no regions": (
        tagged("SequenceOfUltrasoundRegions", []),
        f"{DICOM}: it describes no regions, so nothing tells the M-mode; {EXPORT}",
    ),
    "colour M-mode": (
        dicom(part=mmode_region(Box(0, 0, ROWS, 100), data_type=2)),
        f"{DICOM}: colour Doppler lies over the tissue; {GREY}",
    ),
    "a sweep that is drawn over": (
        drawn_over,
        f"{DICOM}: its frames are drawn over from the left, and only frames that scroll are "
        "joined; give the frame with the whole sweep as PNG, with its scale",
    ),
    "fewer frames than it says": (
        reopened,
        f"{DICOM}: cut short: {3 * ROWS * 240} of {4 * ROWS * 240} bytes of pictures; {COPY}",
    ),
    "a DICOM file without a usable scale": (
        dicom(part=mmode_region(Box(0, 0, ROWS, 100), delta=(5.0, 0.002))),
        f"{DICOM}: mm_per_px: nothing usable in the file tells it; give it in strips.tsv",
    ),
    "a mask of another size": (
        png(MASK, sample_mask(90)),
        f"{MASK}: the mask has 90 x 96 pixels, its strip 100 x 96; {COPY}",
    ),
    "a mask of several greys": (
        png(MASK, sample_mask(100) // 2 + sample_mask(100, 3)[::-1]),
        f"{MASK}: its greys are 0, 3, 127, 130, not 0 and 1 or 0 and 255; {COPY}",
    ),
    "a mask of one other grey": (
        png(MASK, sample_mask(100, 128)),
        f"{MASK}: its greys are 0, 128, not 0 and 1 or 0 and 255; {COPY}",
    ),
    "an empty mask": (
        png(MASK, sample_mask(100, 0)),
        f"{MASK}: marks nothing of the strip; {COPY}",
    ),
    "a mask of everything": (
        png(MASK, np.full((ROWS, 100), 255, np.uint8)),
        f"{MASK}: marks all of the strip; {COPY}",
    ),
    "a mask that is no picture": (content(MASK, b"x"), f"{MASK}: no readable picture; {COPY}"),
    "traces that cross": (
        traces("line,x,y\nupper,0,30\nupper,99,60\nlower,0,40\nlower,99,50\n"),
        "traces/m2_a.csv: upper: meets or crosses the lower line by column 99; correct the trace",
    ),
    "a trace with a gap": (
        traces("line,x,y\nupper,0,30\nupper,99,30\nlower,0,60\nlower,70,60\n"),
        "traces/m2_a.csv: upper: ends in column 99, the lower line in column 70; correct the trace",
    ),
    "a trace outside of the strip": (
        traces("line,x,y\nupper,0,30\nupper,100,30\nlower,0,60\nlower,99,97\n"),
        "traces/m2_a.csv: line 3, x: 100 lies outside of the strip, which goes from -0.5 to 99.5; "
        "correct it\n"
        "traces/m2_a.csv: line 5, y: 97 lies outside of the strip, which goes from -0.5 to 95.5; "
        "correct it",
    ),
    "a trace that goes back": (
        traces("line,x,y\nupper,0,30\nupper,60,30\nupper,50,30\nlower,0,60\nlower,50,60\n"),
        "traces/m2_a.csv: upper: goes back or stands still after column 60; correct the trace",
    ),
    "a trace without a number": (
        traces("line,x,y\nupper,0,nan\nupper,99,30\nlower,0,60\nlower,99,60\n"),
        "traces/m2_a.csv: line 2, y: 'nan' is no number; correct it",
    ),
    "one line alone": (
        traces("line,x,y\nupper,0,30\nupper,99,30\n"),
        "traces/m2_a.csv: lower: 0 points, and a line needs two; correct the trace",
    ),
    "a line of another name": (
        traces("line,x,y\nseptum,0,30\nupper,0,30\nupper,99,30\nlower,0,60\nlower,99,60\n"),
        "traces/m2_a.csv: line 2, line: 'septum' is no line; write upper or lower",
    ),
    "traces without a column": (
        traces("line,x\nupper,0\n"),
        "traces/m2_a.csv: the header has neither y nor depth_mm; give one column, y or depth_mm",
    ),
}
# What loading the cohort says.
TREES: dict[str, MModeCase] = {
    "no columns": (
        content("strips.tsv", b"name\tfile\na\tb\n"),
        "strips.tsv: the header has no recording, animal; its first line must name recording, "
        "animal, file, with tabs or commas between them",
    ),
    "a table of no text": (
        content("strips.tsv", b"\xff\xfer\0e\0"),
        "strips.tsv: not a text in UTF-8; save it as CSV in UTF-8",
    ),
    "no recordings": (
        content("strips.tsv", b"recording\tanimal\tfile\n"),
        "strips.tsv: holds no rows; fill it in, or remove it",
    ),
    "a row that is too short": (
        table("\t21.5\ttraining", ""),
        "strips.tsv: line 2: 5 values, not 7; correct the row",
    ),
    "a recording twice": (
        table("m1_b\tm1", "M1_A\tm1"),
        "strips.tsv: line 3, recording: another recording is called m1_a; give each "
        "recording its own",
    ),
    "a name that is a path": (
        table("m1_b\tm1", "../m1\tm1"),
        f"strips.tsv: line 3, recording: '../m1' is no name; {CELL}",
    ),
    "no animal": (
        table("m1_b\tm1", "m1_b\t"),
        f"strips.tsv: line 3, animal: an empty cell is no name; {CELL}",
    ),
    "a file that is missing": (
        gone("img/m1_b.png"),
        "strips.tsv: line 3, file: there is no file 'img/m1_b.png'; correct the path, or remove "
        "the row",
    ),
    "a file outside of the folder": (
        table("img/m1_b.png", "../m1_b.png"),
        "strips.tsv: line 3, file: '../m1_b.png' leaves the folder of the data; name it from that "
        "folder on",
    ),
    "a file from the root": (
        table("img/m1_b.png", "/img/m1_b.png"),
        "strips.tsv: line 3, file: '/img/m1_b.png' leaves the folder of the data; name it from "
        "that folder on",
    ),
    "a file of another kind": (
        table("img/m1_b.png", "img/m1_b.tif"),
        "strips.tsv: line 3, file: 'img/m1_b.tif' is neither a picture nor DICOM; name a .png or "
        "a .dcm",
    ),
    "several numbers that cannot be": (
        table("0.05\t2\t21.5", "50\tfast\t-1"),
        "strips.tsv: line 2, mm_per_px: '50' is no number of 0.001 to 1; correct it\n"
        "strips.tsv: line 2, ms_per_px: 'fast' is no number of 0.05 to 50; correct it\n"
        "strips.tsv: line 2, mass_g: '-1' is no number of 0.1 to 1e+06; correct it",
    ),
    "a picture without a scale": (
        table("m1_a.png\t0.05\t2", "m1_a.png\t\t"),
        "strips.tsv: mm_per_px: nothing tells it of m1_a; give it in strips.tsv, or set "
        "mmode.mm_per_px\n"
        "strips.tsv: ms_per_px: nothing tells it of m1_a; give it in strips.tsv, or set "
        "mmode.ms_per_px",
    ),
    "an unknown split": (
        table("testing", "holdout"),
        "strips.tsv: line 5, split: 'holdout' is no split; write training, validation, testing",
    ),
    "an animal in two splits": (
        table(
            "m1_b\tm1\timg/m1_b.png\t0.05\t2\t\ttraining",
            "m1_b\tm1\timg/m1_b.png\t0.05\t2\t\ttesting",
        ),
        "strips.tsv: m1_a, split: is for training, and others of m1 for testing; give all "
        "recordings of an animal one split",
    ),
    "a recording without a split": (
        table("\t\tvalidation", "\t\t"),
        "strips.tsv: m2_a, split: has no split, and others have; write training, validation, "
        "testing",
    ),
    "no animal to test": (
        table("testing", "training"),
        "strips.tsv: split: of 3 animals none is for testing; add animals, or give each its split "
        "in strips.tsv",
    ),
    "a mask of no recording": (
        png("mask/m9.png", sample_mask(100)),
        "mask/m9.png: there is no recording m9; rename it, or move it elsewhere",
    ),
    "a mask and traces": (
        png("mask/m2_a.png", sample_mask(100)),
        "traces/m2_a.csv: there is a mask of m2_a as well; keep one of them",
    ),
    "stretches of no recording": (
        content(
            "regions.tsv",
            b"recording,good_start_s,good_end_s,bad_start_s,bad_end_s\nm9,0,1,,\nm1_a,0,1 2,,\n",
        ),
        "regions.tsv: line 2, recording: there is no recording 'm9'; correct the row\n"
        "regions.tsv: line 3, m1_a, good_end_s: 2 ends of 1 stretches; correct the row",
    ),
    "several files at once": (
        lambda root: [png("mask/m9.png", STRIP)(root), table("m1_a.png\t0.05", "m1_a.png\t")(root)],
        "mask/m9.png: there is no recording m9; rename it, or move it elsewhere\n"
        "strips.tsv: mm_per_px: nothing tells it of m1_a; give it in strips.tsv, or set "
        "mmode.mm_per_px",
    ),
}
