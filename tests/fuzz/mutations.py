"""Damage as it happens, and worse: strategies that change a valid file."""

from collections.abc import Callable

from hypothesis import strategies as st

# Numbers at which readers trip: signs, limits of types, words that Python takes for numbers.
NASTY = [
    *("0", "-1", "1", "2", "7", "99999999999", "-0.0", "1e999", "nan", "inf", "1_0", "٣", "0x10"),
    *(
        "",
        " ",
        "=",
        ":",
        "LOCAL",
        "LIST",
        "/etc/passwd",
        "../../x",
        "True",
        "None",
        "\0",
        "\x1b[2J",
    ),
]
_BYTES = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from([b"\x00" * 4, b"\xff" * 4, b"\x7f\xff", b"\x80\x00\x00\x00", b"\xff\x7f"]),
)


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """A file of which up to eight places are overwritten, cut out, filled in or doubled."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 8))):
        # Headers come first, so half of the damage does.
        last = draw(st.sampled_from([min(400, len(data)), len(data)]))
        place = draw(st.integers(0, max(last - 1, 0)))
        length = draw(st.integers(1, 16))
        piece = draw(_BYTES)
        how = draw(st.sampled_from(["overwrite", "flip", "insert", "delete", "double", "cut"]))
        if how == "overwrite":
            data[place : place + len(piece)] = piece
        elif how == "flip" and place < len(data):
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif how == "insert":
            data[place:place] = piece
        elif how == "delete":
            del data[place : place + length]
        elif how == "double":
            data[place:place] = data[place : place + length]
        elif how == "cut" and draw(st.booleans()):
            del data[place:]
    return bytes(data)


@st.composite
def edited(draw: st.DrawFn, content: bytes) -> bytes:
    """A text file of which lines are dropped, doubled, moved or given other values."""
    lines = content.decode().splitlines()
    for _ in range(draw(st.integers(1, 4))):
        if not lines:
            break
        place = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["drop", "double", "move", "value", "word", "junk"]))
        line = lines[place]
        if how == "drop":
            del lines[place]
        elif how == "double":
            lines.insert(place, line)
        elif how == "move":
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(place))
        elif how == "value":
            mark = next((mark for mark in "=:\t" if mark in line), " ")
            lines[place] = f"{line.partition(mark)[0]}{mark}{_words(draw)}"
        elif how == "word":
            words = line.split(" ")
            words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(NASTY))
            lines[place] = " ".join(words)
        else:
            lines.insert(place, draw(st.text(max_size=20)))
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return newline.join(lines).encode("utf-8", errors="surrogatepass")


def _words(draw: st.DrawFn) -> str:
    return " ".join(draw(st.lists(st.sampled_from(NASTY), max_size=4)))


def either(content: bytes) -> st.SearchStrategy[bytes]:
    """Edited as text or damaged as bytes."""
    return st.one_of(edited(content), damaged(content))


Strategy = Callable[[bytes], st.SearchStrategy[bytes]]
