"""Ways to write clips that cannot be read."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import (
    ExplicitVRLittleEndian,
)

from echoweave.io.images import write_image
from echoweave.io.video import write_video
from tests.clips.samples import (
    disc_clip,
    write_movie,
    write_pictures,
    write_sample_dicom,
)

Write = Callable[[Path], object]
RAW = {"syntax": ExplicitVRLittleEndian, "photometric": "MONOCHROME2"}
DISC = disc_clip()


def dicom(frames: Any = None, tags: dict[str, Any] | None = None, **stored: Any) -> Write:
    return lambda folder: write_sample_dicom(folder / "a.dcm", frames, tags=tags, **stored)


def regions(*parts: Any) -> Write:
    return lambda folder: write_sample_dicom(folder / "a.dcm", regions=parts)


def changed(change: Callable[[Dataset], object], **stored: Any) -> Write:
    """Change a sound DICOM file that was read."""

    def write(folder: Path) -> None:
        write_sample_dicom(folder / "a.dcm", **(stored or RAW))
        dataset = pydicom.dcmread(folder / "a.dcm")
        change(dataset)
        dataset.save_as(folder / "a.dcm")

    return write


def tagged(keyword: str, value: Any) -> Write:
    return changed(lambda dataset: setattr(dataset, keyword, value))


def without(keyword: str) -> Write:
    return changed(lambda dataset: delattr(dataset, keyword))


def syntax(uid: str, **stored: Any) -> Write:
    return changed(lambda dataset: setattr(dataset.file_meta, "TransferSyntaxUID", uid), **stored)


def cut(name: str, write: Write, share: float) -> Write:
    def write_and_cut(folder: Path) -> None:
        write(folder)
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: round(share * len(content))])

    return write_and_cut


def shortened(name: str, write: Write, lost: int) -> Write:
    def write_and_shorten(folder: Path) -> None:
        write(folder)
        (folder / name).write_bytes((folder / name).read_bytes()[:-lost])

    return write_and_shorten


def content(name: str, data: bytes) -> Write:
    return lambda folder: (folder / name).write_bytes(data)


def movie(name: str, codec: str, frames: Any = DISC) -> Write:
    return lambda folder: write_movie(folder / name, frames, codec)


def sound_alone(folder: Path) -> None:
    with av.open(str(folder / "a.mov"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))


def pictures(spoil: Callable[[Path], object], name: str = "frame_{:03d}.png") -> Write:
    """Pictures in a folder, then something done to them."""

    def write(folder: Path) -> None:
        write_pictures(folder / "a", DISC, name)
        spoil(folder / "a")

    return write


def other_size(folder: Path) -> None:
    cv2.imwrite(str(folder / "frame_004.png"), DISC[0, :40])


def renumber(folder: Path) -> None:
    (folder / "frame_002.png").rename(folder / "frame_1.png")


def huge_png(folder: Path) -> None:
    sound = (folder / "frame_001.png").read_bytes()
    # Width and height of its first chunk.
    head = b"IHDR" + (60000).to_bytes(4, "big") * 2 + sound[24:29]
    checksum = zipfile.crc32(head).to_bytes(4, "big")
    (folder / "frame_001.png").write_bytes(sound[:12] + head + checksum + sound[33:])


def volume(name: str, frames: Any) -> Write:
    return lambda folder: write_image(folder / name, frames, (2.0, 1.5))


def without_pixels(folder: Path) -> None:
    write_image(folder / "a.mhd", DISC, (2.0, 1.5))
    (folder / "a.raw").unlink()


def member(name: str, data: bytes = b"RIFF", **info: Any) -> Write:
    """A zip with one member; ``info`` sets what is said of it."""

    def write(folder: Path) -> None:
        about = zipfile.ZipInfo(name)
        about.compress_type = zipfile.ZIP_DEFLATED
        for key, value in info.items():
            setattr(about, key, value)
        with zipfile.ZipFile(folder / "a.zip", "w") as archive:
            archive.writestr(about, data)

    return write


def encrypted(folder: Path) -> None:
    member("x.avi")(folder)
    data = bytearray((folder / "a.zip").read_bytes())
    # The flags of the member, before it and in the list at the end.
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    (folder / "a.zip").write_bytes(data)


def wrong_checksum(folder: Path) -> None:
    write_video(folder / "x.avi", DISC, 50)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.write(folder / "x.avi", "x.avi")
    (folder / "x.avi").unlink()
    data = bytearray((folder / "a.zip").read_bytes())
    data[len(data) // 2] ^= 255
    (folder / "a.zip").write_bytes(data)


def spoilt_jpeg(dataset: Dataset) -> None:
    data = bytearray(dataset.PixelData)
    second = data.index(b"\xff\xd8", data.index(b"\xff\xd8") + 2)
    data[second : second + 2] = b"\0\0"
    dataset.PixelData = bytes(data)


def wider(dataset: Dataset) -> None:
    dataset.Columns = 66


def seven_frames(dataset: Dataset) -> None:
    dataset.NumberOfFrames = 7


def other_view(dataset: Dataset) -> None:
    item = Dataset()
    item.CodeValue, item.CodeMeaning = "399306005", "Parasternal long axis"
    dataset.ViewCodeSequence = [item]
