"""What no clip is: a still image, or one that fills the memory."""

from echoweave.io.limits import UnhandledError, check_shape

# A minute at 50 frames a second.
MAX_FRAMES = 3000
# Of a file or a member of an archive, in bytes: the most that one clip holds, in colours of 8 bits,
# with room to spare.
MAX_BYTES = 2**30
_FEWEST_PIXELS = 16


def check_clip_shape(frames: int, rows: int, columns: int) -> None:
    """Look at the size that a header promises, before anything is decoded.

    Raises:
        UnhandledError: It is a still image, or longer than clips are.
        ValueError: It promises no pixels, too few or too many.
    """
    refuse_still(frames)
    check_frame_sizes(frames, rows, columns)


def check_frame_sizes(frames: int, rows: int, columns: int) -> None:
    """Look at the size of what may be a still image.

    Raises:
        UnhandledError: It is longer than clips are.
        ValueError: It promises no pixels, too few or too many.
    """
    if frames > MAX_FRAMES:
        raise UnhandledError(
            f"{frames} frames, more than {MAX_FRAMES}", "cut the clip to some beats"
        )
    check_shape((frames, rows, columns))
    if min(rows, columns) < _FEWEST_PIXELS:
        raise ValueError(f"{columns} x {rows} pixels, too few to show a heart")


def refuse_still(frames: int) -> None:
    """Refuse a single frame.

    Raises:
        UnhandledError: It is one.
    """
    if frames == 1:
        raise UnhandledError("a still image, and a beat is many", "give the clip")


def refuse_doppler(coloured: bool) -> None:
    """Refuse a clip or strip whose picture is ``coloured`` by flow.

    Raises:
        UnhandledError: It is.
    """
    if coloured:
        what = "colour Doppler lies over the tissue"
        raise UnhandledError(what, "give a recording of the same view without colour")
