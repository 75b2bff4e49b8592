from echoweave.viewer.fill import embed_json, fill_page


def test_a_text_that_looks_like_a_place_or_ends_the_script_stays_a_text() -> None:
    page = fill_page(
        "echoweave.viewer", "page", {"STUDY": embed_json({"name": "@SCRIPT@</script>"})}
    )
    assert '{"name": "@SCRIPT@\\u003c/script>"}' in page
    assert "@STYLE@" not in page
