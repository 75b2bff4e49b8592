"""Which jobs a configuration has, by what their rules call them.

Rules import this module while they are parsed: it needs nothing slow.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product


def jobs_by_rule(
    benchmarks: Mapping[str, str],
    values: Mapping[str, Iterable[object]],
    configurations: Mapping[str, Sequence[str]],
) -> dict[str, list[str]]:
    """Return rule -> names of its jobs' logs and benchmarks; buckets count as one rule.

    Args:
        benchmarks: Name of a rule -> that of its benchmarks, with wildcards:
            ``{"predict_3": "predict/{arm}_3"}``.
        values: Wildcard -> its values.
        configurations: Arm -> those it trains: the values of ``configuration``, a wildcard of
            ``train_fold_{arm}`` alone.
    """
    jobs: dict[str, list[str]] = {}
    for rule, name in benchmarks.items():
        trained = configurations.get(rule.removeprefix("train_fold_"), ())
        names = _fill(name, {**values, "configuration": trained})
        jobs.setdefault(re.sub(r"_\d+$", "", rule), []).extend(names)
    return jobs


def _fill(name: str, values: Mapping[str, Iterable[object]]) -> list[str]:
    """Return ``name`` with every combination of the values of its wildcards."""
    wildcards = list(dict.fromkeys(re.findall(r"\{(\w+)\}", name)))
    combinations = product(*(values[wildcard] for wildcard in wildcards))
    return [name.format(**dict(zip(wildcards, one, strict=True))) for one in combinations]
