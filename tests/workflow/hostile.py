"""Surroundings of a user who does much else on the machine; no result may depend on them."""

from pathlib import Path

from tests.workflow.project import ROOT

VARIABLES = {
    "nnUNet_wandb_enabled": "1",
    "nnUNet_def_n_proc": "many",
    "nnUNet_n_proc_DA": "7",
    "nnUNet_raw": "/nowhere",
    "nnUNet_extTrainer": "/nowhere",
    "MPLBACKEND": "module://nowhere",
    "PYTHONOPTIMIZE": "2",
    "PYTHONHASHSEED": "7",
    "PYTHONSTARTUP": "/nowhere",
    "PANDAS_FUTURE": "legacy",
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1",
    "HDF5_USE_FILE_LOCKING": "TRUE",
    "GIT_DIR": str(ROOT / ".git"),
    "OMP_NUM_THREADS": "64",
    "OPENCV_FOR_THREADS_NUM": "64",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "64",
    "LC_ALL": "C",
    "TZ": "Pacific/Chatham",
    "COLUMNS": "20",
}
# Figures that show any of it are not ours; usetex needs a LaTeX, which is not there.
_MATPLOTLIBRC = """\
text.usetex: True
backend: TkAgg
font.size: 40
axes.prop_cycle: cycler("color", ["red"])
savefig.bbox: tight
"""
# Of the standard library and of packages, in use when a run starts, in a job, or in the report.
_NAMES = ("types", "random", "select", "jsonschema", "nibabel", "numpy", "torch")


def litter(folder: Path) -> None:
    """Write files into a working directory that other programs are meant to find there."""
    (folder / "matplotlibrc").write_text(_MATPLOTLIBRC)
    for name in _NAMES:
        (folder / f"{name}.py").write_text("raise ImportError('not the module that was asked for')")
