"""Bad tables of EchoNet: case -> what is done to a sound tree, and what is said of it."""

from tests.bad_input.echonet_edits import (
    HEADER,
    LISTED,
    TRACED,
    EchoNetCase,
    listed,
    whole,
)

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
