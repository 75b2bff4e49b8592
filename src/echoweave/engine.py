"""What Snakemake knows of the present run and its manual does not promise to tell.

Rules ask here and nowhere else; they pass `workflow`, the object that Snakemake gives them. The
manual has no other way to any of it. `tests/test_engine.py` fails when Snakemake changes it. Its
records, which are files, are in records.py.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple


class Run(NamedTuple):
    """One call of Snakemake.

    Attributes:
        main: It is the user's, not one of a job, which reads the rules again.
        cores: What --cores gives; None where nobody gave it, as on a cluster.
        config_files: All that are read, in order.
        own_config_files: Those of the command line and the profiles.
    """

    main: bool
    cores: int | None
    config_files: list[Path]
    own_config_files: list[Path]


def present_run(workflow: Any) -> Run:
    """Return what is known while the rules are read."""
    return Run(
        main=workflow.is_main_process,
        cores=workflow.resource_settings.cores,
        config_files=[Path(path) for path in workflow.configfiles],
        own_config_files=[Path(path) for path in workflow.overwrite_configfiles],
    )


def benchmark_files(workflow: Any) -> dict[str, str]:
    """Return the benchmark file of every rule that is read so far, with its wildcards.

    Snakemake writes their constraints into the braces, which are taken out again.
    """
    return {
        rule.name: re.sub(r"\{(\w+),[^{}]*\}", r"{\1}", rule.benchmark)
        for rule in workflow.rules
        if rule.benchmark
    }
