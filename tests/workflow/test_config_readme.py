"""config/README.md is what schema, defaults and docs/reruns.md say."""

from tests.workflow.changes import CHANGES
from tests.workflow.config_readme import DOCUMENT, MARK, tables


def written() -> dict[str, list[str]]:
    """The rows of the page: key -> the other cells."""
    lines = DOCUMENT.read_text().splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]
    return {key.strip("`"): cells for key, *cells in rows}


def test_the_tables_are_up_to_date() -> None:
    assert DOCUMENT.read_text().partition(MARK)[2].strip() == tables().strip()


def test_a_row_says_meaning_values_default_and_what_runs_again() -> None:
    assert written()["folds"] == [
        "number of cross-validation folds, no more than there are training patients; published is "
        "one that the validation patients of the data set validate",
        "an integer from 2 to 20, or published",
        "`5`",
        "Cache, nnU-Nets to Report",
    ]
    assert written()["data.on_bad_input"][-1] == "Report (all inputs sound)"
    assert written()["results_dir"][-1] == (
        "Cache to Report (a new folder); nothing (the old folder renamed)"
    )


def test_no_cell_is_empty() -> None:
    assert [key for key, cells in written().items() if not all(cells) or len(cells) != 4] == []


def test_every_key_that_docs_reruns_tells_of_is_there() -> None:
    told = {key for change in CHANGES for key in change.keys}
    # Those of models and plans go by their last part, those of an arm by the rest.
    names = {key: {key, key.rpartition(".")[2], key.rpartition(".")[0]} for key in told}
    assert [key for key, parts in names.items() if not parts & written().keys()] == []
