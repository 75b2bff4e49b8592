"""What every dry run imports and reads: the server that they are forked from does it once."""

from pathlib import Path

import nibabel.nifti1  # noqa: F401
from snakemake.cli import get_argument_parser

import echoweave.config
import echoweave.datasets.cohort
import echoweave.pseudolabels.estimators.registry  # noqa: F401
from echoweave.imports import code_digest

# Looks for plugins, which imports them.
get_argument_parser()
# Remembers what each file of the library imports.
for script in (Path(__file__).parents[1] / "workflow/scripts").glob("*.py"):
    code_digest(script)
