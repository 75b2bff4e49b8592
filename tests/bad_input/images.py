"""Bad images: name of the case -> what is done, the file that is named, what is said of it."""

import numpy as np

from tests.bad_input.edits import (
    BACK,
    COPY,
    DATATYPE,
    DIM,
    MAGIC,
    OTHER,
    PIXDIM,
    VOX_OFFSET,
    Edit,
    FileCase,
    both,
    compressed,
    content,
    cut,
    flipped,
    folder,
    image,
    lengthened,
    link_to_itself,
    packed,
    pipe,
    removed,
    renamed,
    rgb,
    swapped,
    text,
    unpacked,
)
from tests.data_tree import Tree, clip

GREY = np.full((6, 8), 7, np.uint8)
MASK = np.ones((6, 8), np.uint8)
SIZE = "DimSize = 8 6 4"
BESIDE = "but only a file beside it is read; put the pixel file beside it and correct the header"
SPACING = "ElementSpacing = 0.10000000000000001 0.20000000000000001 1.5"


def pixel_file(name: str) -> Edit:
    """Let the header of the clip say that its pixels are in ``name``."""

    def edit(tree: Tree) -> None:
        text("sequence", f"{tree.patient}_4CH_sequence.raw", name)(tree)

    return edit


def gzip_bomb(data: bytes) -> bytes:
    return data + bytes(2**24)


MHD: dict[str, FileCase] = {
    "raw truncated": (
        cut("sequence", 50, ".raw"),
        "sequence",
        f"patient0001_4CH_sequence.raw is truncated: 50 bytes for an image of 192; {COPY}",
    ),
    "raw of zero bytes": (
        cut("sequence", 0, ".raw"),
        "sequence",
        f"patient0001_4CH_sequence.raw is truncated: 0 bytes for an image of 192; {COPY}",
    ),
    "raw longer than its header says": (
        lengthened("sequence", 48, ".raw"),
        "sequence",
        f"patient0001_4CH_sequence.raw holds 240 bytes, but the header promises 192; {COPY}",
    ),
    "header of zero bytes": (content("ES", b""), "ES", f"not a MetaImage header; {COPY}"),
    "header truncated": (cut("sequence", 60), "sequence", f"the header has no DimSize; {COPY}"),
    "header of a PNG": (
        content("ES", b"\x89PNG\r\n\x1a\n"),
        "ES",
        f"not a MetaImage header; {COPY}",
    ),
    "wrong dimensions": (
        text("sequence", SIZE, "DimSize = 7 6 4"),
        "sequence",
        f"patient0001_4CH_sequence.raw holds 192 bytes, but the header promises 168; {COPY}",
    ),
    "dimensions of a giant": (
        text("sequence", SIZE, "DimSize = 99999 99999 99999"),
        "sequence",
        f"the header promises 99999 x 99999 x 99999 pixels, more than a clip holds; {COPY}",
    ),
    "dimension of zero": (
        text("sequence", SIZE, "DimSize = 8 6 0"),
        "sequence",
        f"the header promises no pixels (8 x 6 x 0); {COPY}",
    ),
    "dimensions that disagree": (
        text("sequence", SIZE, "DimSize = 48 4"),
        "sequence",
        f"NDims, DimSize and ElementSpacing do not agree; {COPY}",
    ),
    "dimensions in words": (
        text("sequence", SIZE, "DimSize = 8 6 four"),
        "sequence",
        f"DimSize = 8 6 four is not a list of numbers; {COPY}",
    ),
    "dimensions in Arabic digits": (
        text("sequence", SIZE, "DimSize = \u0668 \u0666 \u0664"),
        "sequence",
        f"DimSize = \u0668 \u0666 \u0664 is not a list of numbers; {COPY}",
    ),
    "a key twice": (
        text("sequence", SIZE, f"{SIZE}\nDimSize = 8 6 3"),
        "sequence",
        f"the header gives DimSize twice, with different values; {COPY}",
    ),
    "spacing of zero": (
        text("sequence", SPACING, "ElementSpacing = 0 0 1"),
        "sequence",
        "spacing: the pixel spacing is 0 x 0 mm; correct the header: distances in mm depend on it",
    ),
    "spacing negative": (
        text("sequence", SPACING, "ElementSpacing = -0.1 0.2 1"),
        "sequence",
        "spacing: the pixel spacing is -0.1 x 0.2 mm; correct the header: distances in "
        "mm depend on it",
    ),
    "spacing not a number": (
        text("sequence", SPACING, "ElementSpacing = nan nan 1"),
        "sequence",
        f"ElementSpacing = nan nan 1 is not a list of numbers; {COPY}",
    ),
    "spacing missing": (
        text("sequence", SPACING, ""),
        "sequence",
        f"the header has no ElementSpacing; {COPY}",
    ),
    "pixels in another file that is missing": (
        pixel_file("other.raw"),
        "sequence",
        f"its pixel file other.raw is missing; {COPY}",
    ),
    "pixels in the header": (
        pixel_file("LOCAL"),
        "sequence",
        f"patient0001_4CH_sequence.mhd is truncated: 0 bytes for an image of 192; {COPY}",
    ),
    "pixels in a list of files": (
        pixel_file("LIST"),
        "sequence",
        "ElementDataFile is LIST, but only one file is read; store the image with one pixel file",
    ),
    "pixels in files of a pattern": (
        pixel_file("frame%03d.raw 1 4 1"),
        "sequence",
        "ElementDataFile is frame%03d.raw 1 4 1, but only one file is read; store the image with "
        "one pixel file",
    ),
    "pixels outside the data": (
        pixel_file("../../../../etc/passwd"),
        "sequence",
        f"ElementDataFile is ../../../../etc/passwd, {BESIDE}",
    ),
    "pixels at an absolute path": (
        pixel_file("/etc/passwd"),
        "sequence",
        f"ElementDataFile is /etc/passwd, {BESIDE}",
    ),
    "pixels of an unknown type": (
        text("sequence", "MET_UCHAR", "MET_STRING"),
        "sequence",
        f"ElementType MET_STRING is not handled; {COPY}",
    ),
    "pixels as text": (
        text("sequence", "BinaryData = True", "BinaryData = False"),
        "sequence",
        "pixels as text are not read; store them as binary data",
    ),
    "raw missing beside the header": (
        removed("ED_gt", ".raw"),
        "ED_gt",
        f"its pixel file patient0001_4CH_ED_gt.raw is missing; {COPY}",
    ),
    "compressed and truncated": (
        both(compressed("sequence"), cut("sequence", 12, ".zraw")),
        "sequence",
        f"patient0001_4CH_sequence.zraw is truncated: 9 of 192 bytes; {COPY}",
    ),
    "compressed and damaged": (
        both(compressed("sequence"), content("sequence", b"no zlib stream at all", ".zraw")),
        "sequence",
        "patient0001_4CH_sequence.zraw cannot be decompressed (Error -3 while "
        f"decompressing data: incorrect header check); {COPY}",
    ),
    "compressed and longer": (
        both(compressed("sequence"), text("sequence", SIZE, "DimSize = 8 6 3")),
        "sequence",
        "patient0001_4CH_sequence.zraw holds more than the 144 bytes that the header "
        f"promises; {COPY}",
    ),
    "clip missing": (removed("sequence"), "sequence", f"the file is missing; {BACK}"),
    "clip with another extension": (
        renamed("sequence", None, "clip.nrrd"),
        "sequence",
        f"the file is missing; {BACK}",
    ),
    "clip is a folder": (folder("sequence"), "sequence", f"not a regular file; {COPY}"),
    "clip is a pipe": (pipe("sequence"), "sequence", f"not a regular file; {COPY}"),
    "clip is a link to itself": (
        link_to_itself("sequence"),
        "sequence",
        f"Too many levels of symbolic links; {COPY}",
    ),
    "clip of one image": (
        image("sequence", GREY),
        "sequence",
        "dimensions: a single image of 2 dimensions where a clip of 3 is needed; "
        "replace it with the clip",
    ),
    "clip of one frame": (
        image("sequence", GREY[None]),
        "cfg",
        "NbFrame: 4, but patient0001_4CH_sequence.mhd holds 1 frames; correct it or "
        "replace the clip",
    ),
    "clip in colour": (
        rgb("sequence"),
        "sequence",
        f"the pixels are RGB or vectors, not grey values; {COPY}",
    ),
    "clip of 16 bit": (
        image("sequence", clip().astype(np.uint16) * 100),
        "sequence",
        "pixels: grey values from 0 to 15700 do not fit 0 to 255; scale the images to 0 to 255",
    ),
    "clip of the other byte order": (
        both(
            image("sequence", clip().astype(np.uint16)),
            text("sequence", "OrderMSB = False", "OrderMSB = True"),
        ),
        "sequence",
        "pixels: grey values from 0 to 40192 do not fit 0 to 255; scale the images to 0 to 255",
    ),
    "negative grey values": (
        image("ED", GREY.astype(np.int16) - 8),
        "ED",
        "pixels: grey values from -1 to -1 do not fit 0 to 255; scale the images to 0 to 255",
    ),
    "NaN": (
        image("ED", np.full((6, 8), np.nan, np.float32)),
        "ED",
        f"holds NaN or infinite values; {COPY}",
    ),
    "infinite": (
        image("ED", np.full((6, 8), np.inf, np.float32)),
        "ED",
        f"holds NaN or infinite values; {COPY}",
    ),
    "ED of many frames": (
        image("ED", [GREY, GREY]),
        "ED",
        "dimensions: holds 2 frames where one is needed; replace it with the one frame",
    ),
    "ED of another size": (
        image("ED", GREY[:5]),
        "ED",
        "size: 8 x 5 pixels, but the frames of patient0001_4CH_sequence.mhd are 8 x 6 "
        f"pixels; {OTHER}",
    ),
    "ED of another spacing": (
        image("ED", GREY * 0, (0.2, 0.2)),
        "ED",
        "spacing: 0.2 x 0.2 mm, but patient0001_4CH_sequence.mhd says 0.1 x 0.2 mm; "
        "correct the header that is wrong",
    ),
    "ED and ES swapped": (
        swapped("ED", "ES"),
        "ED",
        "ED: looks like frame 4 (ES), not 1 (ED), of the clip; swap it with "
        "patient0001_4CH_ES.mhd or correct the cfg",
    ),
}

NIFTI: dict[str, FileCase] = {
    "zero bytes": (content("ED", b""), "ED", f"truncated or not a NIfTI file; {COPY}"),
    "some other file": (
        content("ED", b"n+1" * 200),
        "ED",
        f"truncated or not a NIfTI file; {COPY}",
    ),
    "zipped and truncated": (
        cut("ED", 60),
        "ED",
        "truncated or damaged (Compressed file ended before the end-of-stream marker "
        f"was reached); {COPY}",
    ),
    "truncated and zipped": (
        unpacked("ED", lambda data: data[:370]),
        "ED",
        f"truncated: 370 of 400 bytes; {COPY}",
    ),
    "zipped with a wrong checksum": (
        flipped("ED_gt", -8),
        "ED_gt",
        f"damaged or not gzip at all (CRC check failed 0x446f3202 != 0x446f32fd); {COPY}",
    ),
    "longer than the header says": (
        packed("sequence", DIM, 3, at=3),
        "sequence",
        f"holds more than the 496 bytes that its header promises; {COPY}",
    ),
    "wrong dimensions": (
        packed("sequence", DIM, 7, at=1),
        "sequence",
        f"holds more than the 520 bytes that its header promises; {COPY}",
    ),
    "dimensions of a giant": (
        both(*(packed("sequence", DIM, 32767, at=axis) for axis in (1, 2, 3))),
        "sequence",
        f"the header promises 32767 x 32767 x 32767 pixels, more than a clip holds; {COPY}",
    ),
    "a bomb": (
        unpacked("sequence", gzip_bomb),
        "sequence",
        f"holds more than the 544 bytes that its header promises; {COPY}",
    ),
    "bad magic": (
        unpacked("ED", lambda data: data[:MAGIC] + b"evil" + data[MAGIC + 4 :]),
        "ED",
        f"truncated or not a NIfTI file; {COPY}",
    ),
    "unknown type": (
        packed("ED", DATATYPE, 99),
        "ED",
        f"data type 99 is not one of NIfTI; {COPY}",
    ),
    "complex numbers": (
        packed("ED", DATATYPE, 32),
        "ED",
        f"pixels of type complex64 are not handled; {COPY}",
    ),
    "pixels before the header's end": (
        packed("ED", VOX_OFFSET, 0),
        "ED",
        f"the header is damaged (the pixels start at byte 0); {COPY}",
    ),
    "pixels at no place": (
        packed("ED", VOX_OFFSET, float("nan")),
        "ED",
        f"the header is damaged (the pixels start at byte nan); {COPY}",
    ),
    "spacing of zero": (
        packed("ED", PIXDIM, 0, at=1),
        "ED",
        "spacing: the pixel spacing is 0 x 0.2 mm; correct the header: distances in mm "
        "depend on it",
    ),
    "spacing negative": (
        packed("ED", PIXDIM, -0.1, at=1),
        "ED",
        "spacing: the pixel spacing is -0.1 x 0.2 mm; correct the header: distances in "
        "mm depend on it",
    ),
    "in colour": (
        rgb("sequence"),
        "sequence",
        f"the pixels are RGB or vectors, not grey values; {COPY}",
    ),
    "four dimensions": (
        both(*(packed("sequence", DIM, size, at) for at, size in ((0, 4), (3, 2), (4, 2)))),
        "sequence",
        f"4 dimensions where 2 or 3 are needed; {COPY}",
    ),
    "NaN": (
        image("sequence", np.full((4, 6, 8), np.nan, np.float32)),
        "sequence",
        f"holds NaN or infinite values; {COPY}",
    ),
}
