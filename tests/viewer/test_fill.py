from echoweave.viewer.fill import embed_json, fill_file, fill_page


def test_a_text_that_looks_like_a_place_or_ends_the_script_stays_a_text() -> None:
    page = fill_page(
        "echoweave.viewer", "page", {"STUDY": embed_json({"name": "@SCRIPT@</script>"})}
    )
    assert '{"name": "@SCRIPT@\\u003c/script>"}' in page
    assert "@STYLE@" not in page


def test_in_a_file_what_looks_like_a_place_to_fill_stays_a_text() -> None:
    parts = dict.fromkeys(("NUMBERS", "BEATS", "NOTES", "FACTS", "VERSION"), "@FACTS@")
    filled = fill_file("echoweave.outputs", "blocks.html", parts)
    assert "<dl>@FACTS@</dl>" in filled
    assert "@NUMBERS@" not in filled
