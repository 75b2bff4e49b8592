"""Errors that a user can act on: each names the file, the key and the remedy."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def printable(text: str) -> str:
    """Return ``text`` on one line, with codes for what a terminal would obey or cannot show."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the user's input.

    Attributes:
        file: The file or folder at fault, as the user knows it.
        key: The key, field or array inside the file (``"ED"``, ``"data.camus.root"``); may be "".
        what: What is wrong, one clause without a full stop.
        remedy: What to do about it, one clause without a full stop.
    """

    file: str
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return printable(f"{place}: {self.what}; {self.remedy}")


class InputError(ValueError):
    """Bad input: carries every problem that was found, not the first alone."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@contextmanager
def gathered(problems: list[Problem]) -> Iterator[None]:
    """Note what is wrong with the input, instead of raising it."""
    try:
        yield
    except InputError as error:
        problems += error.problems


def for_each(keys: Iterable[Key], work: Callable[[Key], Value]) -> dict[Key, Value]:
    """Return what ``work`` returns of each key.

    Raises:
        InputError: With the problems of all keys.
    """
    found: dict[Key, Value] = {}
    problems: list[Problem] = []
    for key in keys:
        with gathered(problems):
            found[key] = work(key)
    if problems:
        raise InputError(problems)
    return found
