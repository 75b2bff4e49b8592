import pytest

from echoweave.mmode.outputs.rows import strip_rows


@pytest.mark.parametrize(
    ("shape", "lengths"),
    [
        ((100, 1), [1]),
        ((100, 800), [800]),
        ((100, 801), [401, 400]),
        ((100, 20_000), [3334] * 5 + [3330]),
        ((10, 480), [80] * 6),
    ],
)
def test_long_strips_go_on_in_rows_below(shape: tuple[int, int], lengths: list[int]) -> None:
    rows = strip_rows(shape)
    assert [row.stop - row.start for row in rows] == lengths
    assert [row.start for row in rows] == [sum(lengths[:number]) for number in range(len(lengths))]
