"""Which sequences serve as examples in the figures.

Rules import this module while they are parsed: it needs nothing slow.
"""

from collections.abc import Iterable, Sequence

from echoweave.datasets.source import Source

_QUALITIES = ("Good", "Medium", "Poor")


def example_sequences(sources: Sequence[Source], wanted: Sequence[str] | None) -> list[Source]:
    """Return the wanted ones among ``sources``, in the order in which they are wanted.

    If there is none of them (other data have other patients): the first by name of each image
    quality, each another patient's; the first of all where no quality is known.

    Args:
        sources: Sequences of the cohort.
        wanted: Their names; None for no wish.
    """
    by_name = {source.name: source for source in sources}
    chosen = [by_name[name] for name in wanted or () if name in by_name]
    return chosen or _one_of_each_quality([by_name[name] for name in sorted(by_name)])


def best_sequence(sources: Iterable[Source]) -> Source:
    """Return the first by name of the best quality there is, 4CH before 2CH."""

    def place(source: Source) -> tuple[int, bool, str]:
        quality = source.facts.quality
        rank = _QUALITIES.index(quality) if quality in _QUALITIES else len(_QUALITIES)
        return rank, source.view != "4CH", source.name

    return min(sources, key=place)


def _one_of_each_quality(sources: Sequence[Source]) -> list[Source]:
    picked: list[Source] = []
    for quality in _QUALITIES:
        patients = {source.patient for source in picked}
        picked += [
            source
            for source in sources
            if source.facts.quality == quality and source.patient not in patients
        ][:1]
    return picked or list(sources[:1])
