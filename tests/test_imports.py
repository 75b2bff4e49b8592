"""A change of a library file makes stale what runs it: the rules must know every such file."""

import json
import re
import subprocess
import sys
from pathlib import Path

import echoweave
from echoweave.imports import imported_files

ROOT = Path(__file__).parents[1]
LIBRARY = Path(echoweave.__file__).parent
SCRIPTS = sorted((ROOT / "workflow/scripts").glob("*.py"))

# Imports what takes long once, then each script in a fork of its own.
LOAD_EACH = """
import json, os, runpy, sys
import cv2, matplotlib.pyplot, nibabel, pandas, scipy.ndimage, seaborn, SimpleITK, torch.utils.tensorboard
for script in sys.argv[1:]:
    if os.fork() == 0:
        runpy.run_path(script, run_name="imported")
        files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        print(json.dumps([script, [file for file in files if file]]), flush=True)
        os._exit(0)
    os.wait()
"""  # noqa: E501


def files_of(name: str) -> set[str]:
    files = imported_files(ROOT / f"workflow/scripts/{name}.py")
    return {str(path.relative_to(LIBRARY)) for path in files}


def test_imports_of_imports_count() -> None:
    # pair_ted -> cache/pair_ted -> io/images -> io/nifti
    assert {"cache/pair_ted.py", "io/images.py", "io/nifti.py"} <= files_of("pair_ted")


def test_an_import_inside_of_a_function_counts() -> None:
    assert "segmentation/trainer.py" in files_of("train_fold")
    assert "registration/apply.py" in files_of("generate_pseudolabels")


def test_imports_count_in_whatever_statement_they_stand(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("""
try:
    from echoweave import labels
except ImportError:
    from echoweave import units
else:
    with open("x"):
        from echoweave import libc
finally:
    while True:
        from echoweave import cpu
match 1:
    case 1:
        from echoweave import paths
class Inside:
    if True: pass
    elif True:
        def f(): from echoweave import shuffle
""")
    names = {path.stem for path in imported_files(script)}
    assert {"labels", "units", "libc", "cpu", "paths", "shuffle"} <= names


def test_packages_on_the_way_and_modules_beside_the_stages_count() -> None:
    assert {"__init__.py", "io/__init__.py", "labels.py"} <= files_of("build_cache")


def test_files_beside_a_module_count() -> None:
    # The style of reports counts where reports are written.
    assert {"outputs/blocks.css", "mmode/outputs/page.html"} <= files_of("measure_strips")
    assert {"viewer/page.py", "viewer/page.css", "viewer/page.html"} <= files_of("write_page")


def test_what_a_script_does_not_run_does_not_count() -> None:
    assert not any(name.startswith(("pseudolabels", "evaluation")) for name in files_of("plan"))
    assert "segmentation/predict.py" not in files_of("train_fold")


def test_logging_and_the_choice_of_a_gpu_do_not_count() -> None:
    everything = set().union(*(files_of(script.stem) for script in SCRIPTS))
    assert not everything & {"device.py", "logs.py", "errors.py", "versions.py"} - {"versions.py"}
    assert "versions.py" not in files_of("train_fold")


def test_every_module_that_a_script_really_loads_is_found() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD_EACH, *map(str, SCRIPTS)],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = dict(json.loads(line) for line in done.stdout.splitlines())
    assert len(loaded) == len(SCRIPTS) > 25
    said = ("device.py", "logs.py", "errors.py", "versions.py", "io/lock.py", "io/storage.py")
    silent = {LIBRARY / name for name in said}
    for script, files in loaded.items():
        ours = {Path(file) for file in files if Path(file).is_relative_to(LIBRARY)}
        assert ours - silent <= set(imported_files(Path(script))), script


def test_every_rule_names_the_files_of_its_own_script() -> None:
    texts = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
    rules = re.split(r"^ *rule\b", texts, flags=re.MULTILINE)[1:]
    ran = {script: rule for rule in rules for script in re.findall(r"scripts/(\w+)\.py", rule)}
    assert ran.keys() == {script.stem for script in SCRIPTS}
    for script, rule in ran.items():
        assert re.findall(r'code=library\("(\w+)"\)', rule) == [script]


def test_scripts_read_of_the_config_only_how_a_job_runs() -> None:
    """A change of what a script reads there is not noticed: what changes results is a param."""
    read = {
        line.strip()
        for path in SCRIPTS
        for line in re.findall(r".*snakemake\.config.*", path.read_text())
    }
    assert read == {
        'use_device(snakemake.config["registration"]["device"]),',
        'device_of(snakemake.params.estimator, snakemake.config["registration"]["device"])',
        'use_device(snakemake.config["segmentation"]["device"]),',
        '| running(snakemake.config["segmentation"]["training"]),',
        'checkpointing=snakemake.config["learn2reg"]["training"]["checkpointing"],',
    }
