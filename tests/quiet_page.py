"""A page of a browser on whose console nothing may appear."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page


@contextmanager
def quiet_page(browser: Browser) -> Iterator[Page]:
    """Yield an empty page; fail in the end if a script threw or a file was missing."""
    noise: list[str] = []
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    page.close()
    assert noise == []


def table_cells(page: Page, rows: str) -> list[list[str]]:
    """Return the texts of the cells of all rows that a selector finds."""
    script = "all => all.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    return [list(row) for row in page.eval_on_selector_all(rows, script)]
