"""Bad EchoNet trees: name of the case -> what is done to a sound one, and what is said of it."""

import os
import shutil
from collections.abc import Callable

import numpy as np

from echoweave.io.images import write_image
from echoweave.io.video import write_video
from tests.bad_input.edits import BACK, COPY
from tests.echonet_tree import ED_BOX, ES_BOX, SHAPE, EchoNetTree, traced, video_frames

EchoNetEdit = Callable[[EchoNetTree], object]
EchoNetCase = tuple[EchoNetEdit, str, str]
LISTED, TRACED, VIDEO = "FileList.csv", "VolumeTracings.csv", "0XA1.avi"
TRACE = "correct the tracing, or leave the video out"
HEADER = "it must name FileName,EF,ESV,EDV,FrameHeight,FrameWidth,FPS,NumberOfFrames,Split"
HEADER = f"{HEADER.replace(',', ', ')}, with commas between them"
ED, ES = traced("0XA1", 1, ED_BOX), traced("0XA1", 4, ES_BOX)


def listed(old: str, new: str) -> EchoNetEdit:
    """Change the row of 0XA1 in FileList.csv."""
    return lambda tree: tree.change(f"0XA1,{old}", f"0XA1,{new}")


def whole(table: str, change: Callable[[bytes], bytes]) -> EchoNetEdit:
    """Change a table as a whole."""
    return lambda tree: tree.change_bytes(table, change)


def retraced(*rows: str) -> EchoNetEdit:
    """Give 0XA1 other rows of VolumeTracings.csv."""

    def edit(tree: EchoNetTree) -> None:
        tree.traced = [tree.traced[0], *rows, *tree.traced[43:]]
        tree.write()

    return edit


def row(rows: list[str], at: int, old: str, new: str) -> list[str]:
    """Return the rows with a part of one replaced."""
    assert old in rows[at]
    return [*rows[:at], rows[at].replace(old, new), *rows[at + 1 :]]


def film(frames: np.ndarray) -> EchoNetEdit:
    """Put another clip into the video."""
    return lambda tree: write_video(tree.video("0XA1"), frames.astype(np.uint8), 50)


def video_content(change: Callable[[bytes], bytes]) -> EchoNetEdit:
    return lambda tree: tree.change_bytes(f"Videos/{VIDEO}", change)


def cut_video(tree: EchoNetTree) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (6, *SHAPE))
    film(noise)(tree)
    video_content(lambda content: content[: len(content) * 3 // 4])(tree)


def put(make: Callable[[EchoNetTree], object]) -> EchoNetEdit:
    """Put something else in the place of the video."""

    def edit(tree: EchoNetTree) -> None:
        tree.video("0XA1").unlink()
        make(tree)

    return edit


def swapped(tree: EchoNetTree) -> None:
    """Exchange the ends of one chord: 2.5 rows down, from (12, 6.5) to (28, 6.5)."""
    rows = row(ED, 3, "12.0,6.5,28.0,6.5", "28.0,6.5,12.0,6.5")
    retraced(*rows, *ES)(tree)


def truth(n_frames: int = 6, shape: tuple[int, int] = SHAPE, value: int = 1) -> EchoNetEdit:
    """Give 0XA1 dense truth of this size."""

    def edit(tree: EchoNetTree) -> None:
        tree.add_truth("0XA1")
        masks = np.full((n_frames, *shape), value, np.uint8)
        write_image(tree.root.parent / "truth/0XA1_4CH.nii.gz", masks, (1.0, 1.0))

    return edit


TABLES: dict[str, EchoNetCase] = {
    "no list": (
        lambda tree: tree.file(LISTED).unlink(),
        LISTED,
        "the file is missing; take it from the release",
    ),
    "no tracings": (
        lambda tree: tree.file(TRACED).unlink(),
        TRACED,
        "the file is missing; take it from the release",
    ),
    "an empty list": (
        whole(LISTED, lambda raw: b""),
        LISTED,
        "the file is empty; take it from the release",
    ),
    "a header alone": (
        whole(TRACED, lambda raw: raw.splitlines()[0]),
        TRACED,
        "holds no rows; take it from the release",
    ),
    "UTF-16": (
        whole(LISTED, lambda raw: raw.decode().encode("utf-16")),
        LISTED,
        "not a text in UTF-8; save it as CSV in UTF-8",
    ),
    "UTF-16 without its mark": (
        whole(LISTED, lambda raw: raw.decode().encode("utf-16-le")),
        LISTED,
        "not a text in UTF-8; save it as CSV in UTF-8",
    ),
    "semicolons": (
        whole(LISTED, lambda raw: raw.replace(b",", b";")),
        LISTED,
        "the header has no FileName, EF, ESV, EDV, FrameHeight, FrameWidth, FPS, NumberOfFrames, "
        f"Split; {HEADER}",
    ),
    "a missing column": (
        whole(LISTED, lambda raw: raw.replace(b"NumberOfFrames", b"Frames")),
        LISTED,
        f"the header has no NumberOfFrames; {HEADER}",
    ),
    "no header": (
        whole(TRACED, lambda raw: raw.partition(b"\n")[2]),
        TRACED,
        "the header has no FileName, X1, Y1, X2, Y2, Frame; it must name FileName, X1, Y1, X2, Y2, "
        "Frame, with commas between them",
    ),
    "a column twice": (
        whole(TRACED, lambda raw: raw.replace(b"\n", b",1\n").replace(b",1\n", b",X1\n", 1)),
        TRACED,
        "the header names X1 twice; keep one of them",
    ),
    "a folder in place of the list": (
        lambda tree: (tree.file(LISTED).unlink(), tree.file(LISTED).mkdir()),
        LISTED,
        "not a regular file; take it from the release",
    ),
    "a row without a name": (
        whole(TRACED, lambda raw: raw + b",1,2,3,4,5\n"),
        TRACED,
        "FileName: 1 rows name no video, the first is ',1,2,3,4,5'; correct or remove them",
    ),
    "a traced video that is not listed": (
        whole(TRACED, lambda raw: raw + b"0XD4.avi,1,2,3,4,5\n"),
        TRACED,
        "0XD4: traced, but FileList.csv does not list it; add its row or drop the tracing",
    ),
}
ROWS: dict[str, EchoNetCase] = {
    "listed twice": (
        whole(LISTED, lambda raw: raw + raw.splitlines()[1] + b"\n"),
        LISTED,
        "0XA1: listed 2 times; keep one of the rows",
    ),
    "listed with and without suffix": (
        whole(LISTED, lambda raw: raw + raw.splitlines()[1].replace(b"0XA1", b"0XA1.avi")),
        LISTED,
        "0XA1: listed 2 times; keep one of the rows",
    ),
    "a decimal comma": (
        listed("55.1", "55,1"),
        LISTED,
        "0XA1: '0XA1,55,1,45.0,100.2,32,40,50,6,TRAIN' has 10 values, not 9; correct the row",
    ),
    "a row that ends early": (
        whole(LISTED, lambda raw: raw.replace(b",50,6,TRAIN", b"", 1)),
        LISTED,
        "0XA1: '0XA1,55.1,45.0,100.2,32,40' has 6 values, not 9; correct the row",
    ),
    "an unknown split": (
        whole(LISTED, lambda raw: raw.replace(b"TRAIN", b"EVAL", 1)),
        LISTED,
        "0XA1, Split: 'EVAL' is none of TRAIN, VAL, TEST; correct it",
    ),
    "no split": (
        whole(LISTED, lambda raw: raw.replace(b"TRAIN", b"", 1)),
        LISTED,
        "0XA1, Split: '' is none of TRAIN, VAL, TEST; correct it",
    ),
    "no EF": (listed("55.1", ""), LISTED, "0XA1, EF: '' is not a number; correct it"),
    "EF in words": (
        listed("55.1", "normal"),
        LISTED,
        "0XA1, EF: 'normal' is not a number; correct it",
    ),
    "EF as a fraction": (
        listed("55.1", "0.551"),
        LISTED,
        "0XA1, EF: 0.551 cannot be (it must be 2 to 100 %); correct it",
    ),
    "a volume that is no number": (
        listed("55.1,45.0", "55.1,4x5"),
        LISTED,
        "0XA1, ESV: '4x5' is not a number in ml; correct it",
    ),
    "a negative volume": (
        listed("55.1,45.0,100.2", "55.1,45.0,-100.2"),
        LISTED,
        "0XA1, EDV: -100.2 cannot be (it must be 1 to 2000 ml); correct it",
    ),
    "volumes exchanged": (
        listed("55.1,45.0,100.2", "55.1,100.2,45.0"),
        LISTED,
        "0XA1, ESV: 100.2 ml at ES, but 0XA1, EDV is 45 ml at ED; correct the wrong line",
    ),
    "no frame rate": (
        listed("55.1,45.0,100.2,32,40,50", "55.1,45.0,100.2,32,40,0"),
        LISTED,
        "0XA1, FPS: 0 cannot be (it must be 5 to 1000 fps); correct it",
    ),
    "another number of frames": (
        listed("55.1,45.0,100.2,32,40,50,6", "55.1,45.0,100.2,32,40,50,7"),
        LISTED,
        "0XA1, NumberOfFrames: 7, but in 0XA1.avi it is 6; correct it",
    ),
    "half a frame": (
        listed("55.1,45.0,100.2,32,40,50,6", "55.1,45.0,100.2,32,40,50,6.5"),
        LISTED,
        "0XA1, NumberOfFrames: '6.5' is no whole number from 1 on; correct it",
    ),
    "another height": (
        listed("55.1,45.0,100.2,32", "55.1,45.0,100.2,112"),
        LISTED,
        "0XA1, FrameHeight: 112, but in 0XA1.avi it is 32; correct it",
    ),
    "height and width exchanged": (
        listed("55.1,45.0,100.2,32,40", "55.1,45.0,100.2,40,32"),
        LISTED,
        "0XA1, FrameHeight: 40, but in 0XA1.avi it is 32; correct it\n"
        "0XA1, FrameWidth: 32, but in 0XA1.avi it is 40; correct it",
    ),
    "an endless height": (
        listed("55.1,45.0,100.2,32", "55.1,45.0,100.2,1e999"),
        LISTED,
        "0XA1, FrameHeight: '1e999' is no whole number from 1 on; correct it",
    ),
}
TRACINGS: dict[str, EchoNetCase] = {
    "never traced": (
        retraced(),
        TRACED,
        "0XA1: 0 traced frames, where ED and ES are needed; trace both, or leave the video out",
    ),
    "traced once": (
        retraced(*ED),
        TRACED,
        "0XA1: 1 traced frames, where ED and ES are needed; trace both, or leave the video out",
    ),
    "a frame past the end": (
        retraced(*ED, *traced("0XA1", 6, ES_BOX)),
        TRACED,
        f"0XA1, frame 6: past the end: the video has frames 0 to 5; {TRACE}",
    ),
    "a negative frame": (
        retraced(*ED, *row(ES, 3, ",4", ",-4")),
        TRACED,
        "0XA1, Frame: '-4' is not the number of a frame, which count from 0; correct it",
    ),
    "half a frame": (
        retraced(*ED, *[f"{one}.5" for one in ES[:1]], *ES[1:]),
        TRACED,
        "0XA1, Frame: '4.5' is not the number of a frame, which count from 0; correct it",
    ),
    "an end in words": (
        retraced(*row(ED, 2, "28.0", "right"), *ES),
        TRACED,
        "0XA1, X2: 'right' is not a number; correct it",
    ),
    "NaN": (
        retraced(*row(ED, 2, "28.0", "nan"), *ES),
        TRACED,
        "0XA1, X2: 'nan' is not a number; correct it",
    ),
    "no value": (
        retraced(*row(ED, 2, "28.0", ""), *ES),
        TRACED,
        "0XA1, X2: '' is not a number; correct it",
    ),
    "a row without a frame": (
        retraced(*[ED[0], ED[1].rpartition(",")[0], *ED[2:]], *ES),
        TRACED,
        "0XA1: '0XA1.avi,12.0,4.5,28.0,4.5' has 5 values, not 6; correct the row",
    ),
    "a row twice": (
        retraced(*ED, ED[7], *ES),
        TRACED,
        f"0XA1, frame 1: 1 of its 22 rows stand there twice; {TRACE}",
    ),
    "a frame twice": (
        retraced(*ED, *ES, *ES),
        TRACED,
        f"0XA1, frame 4: 21 of its 42 rows stand there twice; {TRACE}",
    ),
    "a long axis alone": (
        retraced(*ED, ES[0]),
        TRACED,
        f"0XA1, frame 4: 1 rows, too few for a long axis and 2 chords; {TRACE}",
    ),
    "chords that cross": (
        retraced(*row(ED, 3, "28.0,6.5", "28.0,9.0"), *ES),
        TRACED,
        f"0XA1, frame 1: chords 3 and 4 cross; {TRACE}",
    ),
    "ends of a chord exchanged": (
        swapped,
        TRACED,
        "0XA1, frame 1: the outline crosses itself, as where both ends of a chord are exchanged; "
        f"{TRACE}",
    ),
    "chords in another order": (
        retraced(*ED[:3], ED[9], *ED[3:9], *ED[10:], *ES),
        TRACED,
        "0XA1, frame 1: its chords are not in order along its first row, the long axis; " + TRACE,
    ),
    "the long axis last": (
        retraced(*ED[1:], ED[0], *ES),
        TRACED,
        f"0XA1, frame 1: chords 1 and 20 cross; {TRACE}",
    ),
    "nothing outlined": (
        retraced(*traced("0XA1", 1, (0, 20)), *ES),
        TRACED,
        f"0XA1, frame 1: the outline encloses nothing; {TRACE}",
    ),
    "pixels of another picture": (
        retraced(
            *[one.replace(",12.0,", ",120.0,").replace(",28.0,", ",280.0,") for one in ED], *ES
        ),
        TRACED,
        f"0XA1, frame 1: its outline lies outside of the 40 x 32 pixels of the video; {TRACE}",
    ),
    "another EF": (
        listed("55.1", "62"),
        TRACED,
        f"0XA1, EF: the tracings give 55.0 %, but FileList.csv says 62.0 %; {TRACE}",
    ),
    "one tracing for both": (
        retraced(*ED, *traced("0XA1", 4, ED_BOX)),
        TRACED,
        f"0XA1, EF: the tracings give 0.0 %, but FileList.csv says 55.1 %; {TRACE}",
    ),
}
VIDEOS: dict[str, EchoNetCase] = {
    "cut short": (cut_video, VIDEO, f"cut short: 3 of 6 frames can be read; {COPY}"),
    "empty": (video_content(lambda raw: b""), VIDEO, f"not an AVI file; {COPY}"),
    "another format": (
        video_content(lambda raw: b"\0\0\0\x18ftypmp42"),
        VIDEO,
        "not an AVI file; " + COPY,
    ),
    "a header alone": (
        video_content(lambda raw: raw[:16]),
        VIDEO,
        f"not a readable AVI file (Invalid data found when processing input); {COPY}",
    ),
    "a folder": (
        put(lambda tree: tree.video("0XA1").mkdir()),
        VIDEO,
        f"not a regular file; {COPY}",
    ),
    "a pipe": (
        put(lambda tree: os.mkfifo(tree.video("0XA1"))),
        VIDEO,
        f"not a regular file; {COPY}",
    ),
    "a link to itself": (
        put(lambda tree: tree.video("0XA1").symlink_to(tree.video("0XA1"))),
        VIDEO,
        f"Too many levels of symbolic links; {COPY}",
    ),
    "a link to nowhere": (
        put(lambda tree: tree.video("0XA1").symlink_to("elsewhere.avi")),
        VIDEO,
        f"the file is missing; {BACK}",
    ),
    "dark": (
        film(video_frames(0) * 0),
        VIDEO,
        "pixels: the brightest grey value is 0 of 255, which shows nothing; "
        "scale the images to 0 to 255",
    ),
    "a frame that shows nothing": (
        film(np.where(np.arange(6)[:, None, None] == 3, 96, video_frames(1))),
        VIDEO,
        "pixels: every pixel of frame 3 has one grey value; replace the clip or leave it out",
    ),
    "twice, in small letters and in capitals": (
        lambda tree: shutil.copy(tree.video("0XA1"), tree.root / "Videos/0XA1.AVI"),
        VIDEO,
        "there is 0XA1.AVI, too; keep the one that is right",
    ),
}


def other_clip(tree: EchoNetTree) -> None:
    shutil.copy(tree.video("0XB2"), tree.video("0XA1"))


# Whole lines, below the folder of the tree.
LINES: dict[str, tuple[EchoNetEdit, str]] = {
    "no tree": (
        lambda tree: shutil.rmtree(tree.root),
        "echonet: data.echonet.root: there is no such folder; point it at the unpacked "
        "EchoNet-Dynamic data",
    ),
    "no videos": (
        lambda tree: shutil.rmtree(tree.root / "Videos"),
        "echonet: data.echonet.root: holds no Videos/; point it at the unpacked EchoNet-Dynamic "
        "data",
    ),
    "a missing video": (
        lambda tree: tree.video("0XA1").unlink(),
        "echonet/Videos: 1 of the 2 videos of FileList.csv are missing: 0XA1.avi; put them back "
        "from the release, or drop their rows",
    ),
    "an underscore in a name": (
        lambda tree: tree.add("0X_D4"),
        "echonet/FileList.csv: 0X_D4: the name has other characters than letters, digits and -; "
        "rename the video, here and in VolumeTracings.csv",
    ),
    "one clip under two names": (
        other_clip,
        "echonet/Videos/0XA1.avi: the same images as ROOT/echonet/Videos/0XB2.avi; keep the one "
        "that is right\n"
        "echonet/Videos/0XB2.avi: the same images as ROOT/echonet/Videos/0XA1.avi; keep the one "
        "that is right",
    ),
    "truth of ED to ES alone": (
        truth(4),
        "truth/0XA1_4CH.nii.gz: size: 4 frames of 40 x 32 pixels, but 0XA1.avi is 6 frames of "
        "40 x 32 pixels; replace it with the one that belongs to the clip",
    ),
    "truth of another size": (
        truth(shape=(64, 64)),
        "truth/0XA1_4CH.nii.gz: size: 6 frames of 64 x 64 pixels, but 0XA1.avi is 6 frames of "
        "40 x 32 pixels; replace it with the one that belongs to the clip",
    ),
    "truth with a myocardium": (
        truth(value=2),
        "truth/0XA1_4CH.nii.gz: labels: holds 2, but labels are 0 to 1; correct the mask",
    ),
    "TED beside it": (
        lambda tree: tree.config["data"]["ted"].update(root="/nowhere"),
        "config: data.ted.root: TED shows patients of CAMUS, and data.dataset is echonet; set it "
        "to null to go without\n"
        "/nowhere: data.ted.root: there is no such folder; point it at the unpacked TED data, or "
        "set it to null to go without",
    ),
}
