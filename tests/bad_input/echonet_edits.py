"""What spoils a sound EchoNet tree."""

import shutil
from collections.abc import Callable

import numpy as np

from echoweave.io.images import write_image
from echoweave.io.video import write_video
from tests.echonet_tree import ED_BOX, ES_BOX, SHAPE, EchoNetTree, traced

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


def other_clip(tree: EchoNetTree) -> None:
    shutil.copy(tree.video("0XB2"), tree.video("0XA1"))
