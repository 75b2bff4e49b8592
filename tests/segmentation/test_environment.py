import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from echoweave.segmentation.environment import pools, quiet


def test_one_thread_needs_no_other_process() -> None:
    with pools(1), multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(threading.current_thread) is not threading.current_thread()
    assert multiprocessing.get_context("spawn").get_start_method() == "spawn"


def test_workers_do_not_run_the_calling_script_again(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    # Without a guard, as a workflow script is.
    script.write_text(
        "import multiprocessing\n"
        "from echoweave.segmentation.environment import pools\n"
        "print('started', __file__)\n"
        "with pools(2), multiprocessing.get_context('spawn').Pool(2) as pool:\n"
        "    print(pool.map(abs, [-1, -2]))\n"
        "print('ended', __file__)\n"
    )
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert run.stdout == f"started {script}\n[1, 2]\nended {script}\n", run.stderr


def test_chatter_is_shown_only_if_the_block_fails(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO), quiet():
        print("Please cite the following paper")
    assert not caplog.text
    with pytest.raises(ValueError, match="broken"), quiet():
        print("Plans were saved")
        raise ValueError("broken")
    assert "Plans were saved" in caplog.text
    assert not capsys.readouterr().out


def test_workers_end_when_their_process_is_killed() -> None:
    script = (
        "import multiprocessing, os, pathlib, signal, time\n"
        "from echoweave.segmentation.environment import set_environment\n"
        "set_environment(pathlib.Path(), threads=1)\n"
        "worker = multiprocessing.get_context('fork').Process(target=time.sleep, args=(600,))\n"
        "worker.start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The pipe is open as long as one of the two lives.
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120)
    assert run.returncode == -signal.SIGKILL


def test_nnunet_sees_our_variables_and_threads_not_those_of_the_user() -> None:
    script = (
        "import multiprocessing, os, pathlib, torch\n"
        "from echoweave.segmentation.environment import pools, set_environment\n"
        "set_environment(pathlib.Path('nnunet'), threads=2)\n"
        "names = [name for name in os.environ if name.startswith('nnUNet_')]\n"
        "print({name: os.environ[name] for name in sorted(names)})\n"
        "with pools(2), multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "    print(torch.get_num_threads(), pool.apply(torch.get_num_threads))\n"
    )
    theirs = {
        "nnUNet_wandb_enabled": "1",
        "nnUNet_extTrainer": "/home/ada/trainers",
        "nnUNet_raw": "/data/nnUNet_raw",
        "nnUNet_def_n_proc": "64",
        "nnUNet_n_proc_DA": "64",
        "nnUNet_compile": "f",
        "OMP_NUM_THREADS": "64",
    }
    run = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | theirs, capture_output=True, text=True
    )
    expected = {
        "nnUNet_compile": "f",
        "nnUNet_def_n_proc": "2",
        "nnUNet_n_proc_DA": "1",
        "nnUNet_preprocessed": "nnunet/preprocessed",
        "nnUNet_raw": "nnunet/raw",
        "nnUNet_results": "nnunet/trained",
    }
    # A job has as many processes as threads: each of them computes on one.
    assert run.stdout == f"{expected}\n2 1\n", run.stderr
