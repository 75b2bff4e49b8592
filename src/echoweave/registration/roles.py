"""Write down which patients the registration networks have seen."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from echoweave.io.tables import write_tsv
from echoweave.registration.checkpoint import load_checkpoint
from echoweave.registration.split import role_of


def write_roles(checkpoints: Sequence[Path], patients: Sequence[str], output: Path) -> None:
    """Write the role of each patient for all networks that are compared.

    Args:
        checkpoints: The networks; each carries the split that it was trained with. Without any,
            every patient is held out.
        patients: The training patients of the cohort.
        output: TSV with the columns patient and role, one of :data:`split.ROLES`.

    Raises:
        InputError: A checkpoint cannot be read.
    """
    splits = [load_checkpoint(path).split for path in checkpoints]
    roles = [role_of(patient, splits) for patient in patients]
    write_tsv(pd.DataFrame({"patient": list(patients), "role": roles}), output)
