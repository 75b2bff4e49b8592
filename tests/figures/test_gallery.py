import pytest
from matplotlib.figure import Figure

from echoweave.figures.gallery import count_rows, gallery


@pytest.mark.parametrize(("n_sequences", "rows"), [(0, 1), (1, 1), (2, 1), (3, 2), (6, 3)])
def test_two_sequences_share_a_row(n_sequences: int, rows: int) -> None:
    assert count_rows(n_sequences) == rows


def test_the_second_column_follows_the_first() -> None:
    blocks = gallery(Figure(), 3, 2)
    places = [
        [
            (spec.rowspan.start, spec.colspan.start)
            for spec in (axes.get_subplotspec() for axes in block)
            if spec
        ]
        for block in blocks
    ]
    assert places == [[(0, 0), (0, 1)], [(1, 0), (1, 1)], [(0, 2), (0, 3)]]


def test_places_without_a_sequence_are_empty() -> None:
    figure = Figure()
    gallery(figure, 3, 2)
    assert len(figure.axes) == 6
    figure = Figure()
    gallery(figure, 1, 3)
    assert len(figure.axes) == 3
