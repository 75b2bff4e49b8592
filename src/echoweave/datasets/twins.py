"""Compare the sequences of a cohort with each other: the same images, and other axes."""

from collections import Counter
from collections.abc import Sequence

from echoweave.datasets.source import BadInput, Source
from echoweave.errors import Problem


def find_twins(sources: Sequence[Source]) -> list[BadInput]:
    """Return a problem for each sequence that shares its ED or ES image with another one.

    A patient under two ids would be in training and in testing, or in two folds. Pixels count,
    not files: another format, compression or name makes no other heart.
    """
    owners: dict[str, list[Source]] = {}
    for source in sources:
        for digest in _digests(source):
            owners.setdefault(digest, []).append(source)
    bad = []
    for source in sources:
        shared = [owners[digest] for digest in _digests(source)]
        twins = sorted({str(one.files.sequence) for group in shared for one in group})
        others = [path for path in twins if path != str(source.files.sequence)]
        if others:
            what = f"the same images as {', '.join(others)}"
            problem = Problem(str(source.files.sequence), "", what, "keep the one that is right")
            bad.append(BadInput(problem, source.name))
    return bad


def find_other_axes(sources: Sequence[Source]) -> list[Problem]:
    """Return a warning for each clip whose header says another orientation than most clips do."""
    counts = Counter(source.facts.axes for source in sources if source.facts.axes)
    if len(counts) < 2:
        return []
    usual, _ = counts.most_common(1)[0]
    what = "read as stored, though its header says that it is upside down against most clips"
    remedy = "see whether its apex is up, and correct the header or the pixels"
    return [
        Problem(str(source.files.sequence), "axes", what, remedy)
        for source in sources
        if source.facts.axes not in ("", usual)
    ]


def _digests(source: Source) -> list[str]:
    """Return the digests of ED and ES; none where the data set gives none."""
    return source.facts.digests.split(":") if source.facts.digests else []
