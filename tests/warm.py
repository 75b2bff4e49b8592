"""What every run of Snakemake imports: the server that runs are forked from does it once."""

import nibabel.nifti1  # noqa: F401
from snakemake.cli import get_argument_parser

import echoweave.config
import echoweave.datasets.cohort
import echoweave.pseudolabels.estimators.registry  # noqa: F401

# Looks for plugins, which imports them.
get_argument_parser()
