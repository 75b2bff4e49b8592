import pytest

from echoweave.clips.views import view_in, without_view


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("patient0001_2CH_sequence", "2CH"),
        ("A4C", "4CH"),
        ("AP4 2D", "4CH"),
        ("ap2", "2CH"),
        ("Apical 4 chamber", "4CH"),
        ("apical two chamber", "2CH"),
        ("4-chamber view", "4CH"),
        ("4C", "4CH"),
        ("study-a2c", "2CH"),
        # Other views, words and numbers.
        ("A3C", ""),
        ("PLAX", ""),
        ("12CH", ""),
        ("4cm depth", ""),
        ("scan 4", ""),
        ("1.2.840.4", ""),
        # Both.
        ("A4C A2C", ""),
        ("", ""),
    ],
)
def test_views_that_texts_name(text: str, view: str) -> None:
    assert view_in(text) == view


def test_what_is_left_without_the_view_is_the_same_of_both() -> None:
    assert without_view("patient7_2CH_sequence") == without_view("patient7_4CH_sequence")
    assert without_view("patient7_2CH") != without_view("patient8_4CH")
