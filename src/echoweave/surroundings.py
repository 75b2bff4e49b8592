"""What jobs see of the environment of the user, whose variables are meant for other programs.

What is not named here was tried and changes no result: locale, time zone, umask, the seed of
Python's hashes, a TMPDIR that is not there. nnU-Net's own variables: segmentation/nnunet.py.
"""

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

# Name, or its beginning -> why jobs must not see it.
_DROPPED = {
    "PYTHONWARNINGS": "`error` stops jobs at a harmless warning",
    "PYTHONOPTIMIZE": "takes out the checks that libraries write as assertions",
    "PYTHONINSPECT": "a job that is done would wait for a person",
    "PANDAS_": "its FUTURE options change types and so tables",
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "checkpoints could run code, and nnU-Net's could not load",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "changes what GPUs compute",
    "NVIDIA_TF32_OVERRIDE": "changes what GPUs compute",
    "HDF5_": "overrules that the cache is read without locks",
    "ITK_": "its permissive reading of NIfTI, its plugins, its threads",
    "SITK_": "the same",
    "OPENCV_": "chooses other ways to compute, and its threads",
    "GIT_DIR": "the provenance would name the commit of another repository",
    "GIT_WORK_TREE": "the same",
    "GIT_INDEX_FILE": "the same",
    "OMP_PROC_BIND": "would bind jobs side by side to the same cores",
    "OMP_PLACES": "the same",
    "GOMP_CPU_AFFINITY": "the same",
    "KMP_AFFINITY": "the same",
}
_SET = {
    # The working directory may hold a types.py, and ~/.local packages of other versions.
    "PYTHONSAFEPATH": "1",
    "PYTHONNOUSERSITE": "1",
    # A notebook's is not there in a job, and a window has no screen.
    "MPLBACKEND": "Agg",
    # Of what Snakemake does not limit to the threads of a job; who is given more takes them.
    "OPENCV_FOR_THREADS_NUM": "1",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
}


def shield_jobs(environment: MutableMapping[str, str]) -> None:
    """Change ``environment``, which jobs inherit, so that it changes no result."""
    for name in list(environment):
        if name.startswith(tuple(_DROPPED)):
            del environment[name]
    environment.update(_SET)
    # An empty entry, as a colon too many leaves it, means the working directory.
    paths = environment.pop("PYTHONPATH", "").split(os.pathsep)
    if kept := [path for path in paths if path not in ("", ".")]:
        environment["PYTHONPATH"] = os.pathsep.join(kept)


def shield_imports(*folders: Path) -> None:
    """Let no file of ``folders`` stand in for a module that this process still imports."""
    hidden = {folder.resolve() for folder in folders}
    sys.path[:] = [path for path in sys.path if Path(path).resolve() not in hidden]
