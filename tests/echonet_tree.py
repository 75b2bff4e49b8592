"""An EchoNet tree small enough to check by hand: six frames of 32 x 40 pixels a clip."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.datasets.cohort import Cohort, load_cohort
from echoweave.datasets.echonet import LISTED_COLUMNS
from echoweave.datasets.traced_frames import TRACED_COLUMNS
from echoweave.io.images import write_image
from echoweave.io.video import write_video

SHAPE = (32, 40)
# Width and height of the box that is traced; EF is 1 - 12^2 * 16 / (16^2 * 20) = 0.55.
ED_BOX, ES_BOX = (16, 20), (12, 16)


def video_frames(number: int) -> NDArray[np.uint8]:
    """Six frames of blocks that JPEG keeps: frame t is 30 t + 20 but for a block of 8 x 8 pixels.

    That tells the clips apart, and holds 8 times their number.
    """
    frames = np.zeros((6, *SHAPE), np.uint8) + (30 * np.arange(6) + 20)[:, None, None]
    frames[:, 24:, 32:] = 8 * number
    return frames.astype(np.uint8)


def traced(name: str, frame: int, box: tuple[int, int], chords: int = 20) -> list[str]:
    """Rows of a box in the middle, from row 4 down: the long axis, then chords."""
    width, height = box
    rows = [(20, 4, 20, 4 + height)]
    for at in (np.arange(chords) + 0.5) / chords * height + 4:
        rows.append((20 - width / 2, at, 20 + width / 2, at))
    return [f"{name}.avi,{','.join(str(value) for value in row)},{frame}" for row in rows]


class EchoNetTree:
    """Writes clips and tables below one folder and loads them.

    Attributes:
        listed: Lines of FileList.csv, with its header; :meth:`write` writes them.
        traced: Lines of VolumeTracings.csv.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.results = root / "echonet", root / "results"
        self.listed = [",".join(LISTED_COLUMNS)]
        self.traced = [",".join(TRACED_COLUMNS)]
        self.config: dict[str, Any] = {
            "seed": 1,
            "folds": 1,
            "data": {
                "dataset": "echonet",
                "echonet": {"root": str(self.root)},
                "ted": {"root": None, "pairing": None},
                "dense_truth": None,
                "size": 32,
                "on_bad_input": "stop",
            },
        }

    def video(self, name: str) -> Path:
        return self.root / f"Videos/{name}.avi"

    def file(self, part: str) -> Path:
        """The table or video that a test names: "FileList.csv", "0XA1.avi"."""
        return self.root / (part if part.endswith(".csv") else f"Videos/{part}")

    def add(self, name: str, split: str = "TRAIN", ed: int = 1, es: int = 4) -> None:
        """Add a sound clip, ED listed first."""
        number = len(self.listed)
        write_video(self.video(name), video_frames(number), 50)
        self.listed.append(f"{name},55.1,45.0,100.2,{SHAPE[0]},{SHAPE[1]},50,6,{split}")
        self.traced += traced(name, ed, ED_BOX) + traced(name, es, ES_BOX)
        self.write()

    def add_truth(self, name: str, n_frames: int = 6) -> None:
        """Write masks of every stored frame: mask t covers the first t + 1 rows."""
        rows = np.arange(SHAPE[0])[:, None] <= np.arange(n_frames)[:, None, None]
        masks = np.broadcast_to(rows, (n_frames, *SHAPE)).astype(np.uint8)
        self.config["data"]["dense_truth"] = str(self.root.parent / "truth")
        write_image(self.root.parent / f"truth/{name}_4CH.nii.gz", masks, (1.0, 1.0))

    def write(self) -> None:
        """Write both tables."""
        for name, lines in (("FileList", self.listed), ("VolumeTracings", self.traced)):
            (self.root / f"{name}.csv").write_text("".join(f"{line}\n" for line in lines))

    def change(self, old: str, new: str, table: str = "FileList.csv") -> None:
        """Replace a part of the text of a table."""
        path = self.root / table
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))

    def change_bytes(self, table: str, change: Callable[[bytes], bytes]) -> None:
        path = self.root / table
        path.write_bytes(change(path.read_bytes()))

    def load(self) -> Cohort:
        """Load the cohort as the workflow does."""
        return load_cohort(self.config, self.results)


def two_clips(folder: Path) -> EchoNetTree:
    """Return a sound tree of 0XA1, for training, and 0XB2, for testing."""
    tree = EchoNetTree(folder)
    tree.add("0XA1")
    tree.add("0XB2", "TEST")
    return tree
