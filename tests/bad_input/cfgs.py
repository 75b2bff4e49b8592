"""Bad cfg files: name of the case -> what is done, the file that is named, what is said of it."""

from tests.bad_input.edits import BACK, FileCase, content, encoded, pipe, removed, text

CFG: dict[str, FileCase] = {
    "missing": (removed("cfg"), "cfg", f"the file is missing; {BACK}"),
    "zero bytes": (
        content("cfg", b""),
        "cfg",
        'NbFrame: the key is missing; add the line "NbFrame: <number>"\nED: the key is '
        'missing; add the line "ED: <number>"\nES: the key is missing; add the line '
        '"ES: <number>"',
    ),
    "UTF-16": (
        encoded("cfg", "utf-16"),
        "cfg",
        "not a plain text file; save it as UTF-8 text or put back the original",
    ),
    "a pipe": (pipe("cfg"), "cfg", f"not a regular file; {BACK}"),
    "without ED": (
        text("cfg", "ED: 1\n", ""),
        "cfg",
        'ED: the key is missing; add the line "ED: <number>"',
    ),
    "without NbFrame": (
        text("cfg", "NbFrame", "Frames"),
        "cfg",
        'NbFrame: the key is missing; add the line "NbFrame: <number>"',
    ),
    "ES is ED": (
        text("cfg", "ES: 4", "ES: 1"),
        "cfg",
        "ES: the same frame as ED (1); correct one of them",
    ),
    "ES past the end": (
        text("cfg", "ES: 4", "ES: 5"),
        "cfg",
        "ES: frame 5 is out of range 1 to 4; correct it",
    ),
    "ED 0": (
        text("cfg", "ED: 1", "ED: 0"),
        "cfg",
        "ED: frame 0 is out of range 1 to 4; correct it",
    ),
    "ED negative": (
        text("cfg", "ED: 1", "ED: -1"),
        "cfg",
        "ED: '-1' is not a whole number; correct it",
    ),
    "ED in words": (
        text("cfg", "ED: 1", "ED: first"),
        "cfg",
        "ED: 'first' is not a whole number; correct it",
    ),
    "ED a fraction": (
        text("cfg", "ED: 1", "ED: 1.5"),
        "cfg",
        "ED: '1.5' is not a whole number; correct it",
    ),
    "ED in Arabic digits": (
        text("cfg", "ED: 1", "ED: \u0661"),
        "cfg",
        "ED: '\u0661' is not a whole number; correct it",
    ),
    "ED twice": (
        text("cfg", "ED: 1", "ED: 1\nED: 2"),
        "cfg",
        "ED: stands there twice, as 1 and as 2; keep the right line",
    ),
    "NbFrame of another clip": (
        text("cfg", "NbFrame: 4", "NbFrame: 5"),
        "cfg",
        "NbFrame: 5, but patient0001_4CH_sequence.mhd holds 4 frames; correct it or "
        "replace the clip",
    ),
    "frame rate of zero": (
        text("cfg", "FrameRate: 40.5", "FrameRate: 0"),
        "cfg",
        "FrameRate: 0 cannot be (it must be 5 to 1000 fps); correct it or remove the line",
    ),
    "EF negative": (
        text("cfg", "EF: 52", "EF: -52"),
        "cfg",
        "EF: -52 cannot be (it must be 2 to 100 %); correct it or remove the line",
    ),
    "EF beyond all numbers": (
        text("cfg", "EF: 52", "EF: 1e999"),
        "cfg",
        "EF: 1e999 cannot be (it must be 2 to 100 %); correct it or remove the line",
    ),
    "EF as a fraction": (
        text("cfg", "EF: 52", "EF: 0.52"),
        "cfg",
        "EF: 0.52 cannot be (it must be 2 to 100 %); correct it or remove the line",
    ),
    "EF above 100": (
        text("cfg", "EF: 52", "EF: 152 %"),
        "cfg",
        "EF: 152 % cannot be (it must be 2 to 100 %); correct it or remove the line",
    ),
    "EF in another unit": (
        text("cfg", "EF: 52", "EF: 52 ml"),
        "cfg",
        "EF: '52 ml' is not a number in %; correct it or remove the line",
    ),
    "EF of two numbers": (
        text("cfg", "EF: 52", "EF: 52-55"),
        "cfg",
        "EF: '52-55' is not a number in %; correct it or remove the line",
    ),
    "age negative": (
        text("cfg", "Age: 56", "Age: -1"),
        "cfg",
        "Age: -1 cannot be (it must be 0 to 130 years); correct it or remove the line",
    ),
    "frame rate of a sweep": (
        text("cfg", "FrameRate: 40.5", "FrameRate: 5000"),
        "cfg",
        "FrameRate: 5000 cannot be (it must be 5 to 1000 fps); correct it or remove the line",
    ),
    "volume with a comma that may part thousands": (
        text("cfg", "EF: 52", "LVedv: 1,204"),
        "cfg",
        "LVedv: '1,204' may be a decimal or a thousands comma; correct it or remove the line",
    ),
    "ESV above EDV": (
        text("cfg", "EF: 52", "LVedv: 60\nLVesv: 80"),
        "cfg",
        "LVesv: 80 ml at ES, but LVedv is 60 ml at ED; correct the wrong line",
    ),
    "keys that differ in their letters alone": (
        text("cfg", "EF: 52", "EF: 52\nef: 53"),
        "cfg",
        "EF: stands there twice, as 52 and as 53; keep the right line",
    ),
}
