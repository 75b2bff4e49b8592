"""Let Snakemake render its report of finished results.

A job calls Snakemake for that. Its own way, --report FILE --report-after-run, would have the user
name the file on every command line, wherever the results lie.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

import echoweave
from echoweave.io.atomic import whole_file
from echoweave.logs import LOGGER


def render_report(
    snakefile: Path, config: Path, results: Path, targets: Sequence[str], output: Path
) -> None:
    """Write Snakemake's report, from the records of the jobs that are done by now.

    Args:
        snakefile: The workflow.
        config: Its settings; where they say that the results lie does not count.
        results: Where the results lie.
        targets: What the report shows.
        output: The HTML file.

    Raises:
        CalledProcessError: Snakemake failed; the log says why.
    """
    place = output.with_name(".report_place.yaml")
    with whole_file(place) as temporary:
        temporary.write_text(yaml.safe_dump({"results_dir": str(results)}))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile)]
    command += ["--configfile", str(config.absolute()), str(place.absolute())]
    # Nobody's profile, and after an equals sign and two dashes names that start with a dash.
    command += ["--profile", "none", "--workflow-profile", "none", "--nolock"]
    command += [f"--report={output}", "--", *targets]
    # With conda a job finds the library by a path that Snakemake has put into its script alone.
    library = str(Path(echoweave.__file__).parents[1])
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": library},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    LOGGER.info(done.stdout.strip())
    place.unlink()
    done.check_returncode()
