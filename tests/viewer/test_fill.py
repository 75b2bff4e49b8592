from echoweave.viewer.fill import embed_json, fill_page, fill_static_page


def test_a_text_that_looks_like_a_place_or_ends_the_script_stays_a_text() -> None:
    page = fill_page(
        "echoweave.viewer", "page", {"STUDY": embed_json({"name": "@SCRIPT@</script>"})}
    )
    assert '{"name": "@SCRIPT@\\u003c/script>"}' in page
    assert "@STYLE@" not in page


def test_a_page_without_a_script_has_the_style_of_reports() -> None:
    parts = dict.fromkeys(
        (
            *("TITLE", "SUBTITLE", "HEADLINE", "STRIP", "CURVES"),
            *("NUMBERS", "BEATS", "NOTES", "FACTS", "VERSION"),
        ),
        "@STYLE@",
    )
    page = fill_static_page("echoweave.mmode.outputs", "page", parts)
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert ".headline" in style
    # What looks like a place to fill stays a text.
    assert "<h1>@STYLE@</h1>" in page
    assert "<script" not in page
