"""Run the real workflow in a folder of its own."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests/workflow/tiny.yaml"
_JOB = re.compile(r"^(\w+) +(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Project:
    """A working directory with its data and its settings over config/config.yaml.

    Attributes:
        folder: Where Snakemake keeps its records; results go to folder/results.
        data: What `echoweave phantom` wrote.
        overlay: Config file between config.yaml and the project's own paths.
    """

    folder: Path
    data: Path
    overlay: Path

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def run(
        self, *arguments: str, config: dict[str, Any] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Call snakemake; ``config`` goes over everything else."""
        paths = {
            "results_dir": str(self.results),
            "data": {
                "camus": {"root": str(self.data / "camus")},
                "ted": {"root": str(self.data / "ted")},
                "dense_truth": str(self.data / "truth"),
            },
        }
        files = [self.overlay, self._write("paths.yaml", paths)]
        if config:
            files.append(self._write("change.yaml", config))
        command = [Path(sys.executable).with_name("snakemake"), *arguments, "--cores", "2"]
        command += ["--directory", self.folder, "--configfile", *files]
        # Children find the environment's own programs, as after activating it.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )

    def planned(self, *targets: str, config: dict[str, Any] | None = None) -> dict[str, int]:
        """Return the number of jobs of each rule that a run would start, targets left out."""
        done = self.run(*targets, "--dry-run", "--quiet", "rules", config=config)
        assert done.returncode == 0, done.stderr
        _, found, table = done.stdout.partition("Job stats:")
        if not found:
            assert "Nothing to be done" in done.stdout + done.stderr
        jobs = {name: int(count) for name, count in _JOB.findall(table.partition("total")[0])}
        return {name: count for name, count in jobs.items() if name not in TARGETS}

    def _write(self, name: str, config: dict[str, Any]) -> Path:
        path = self.folder / name
        path.write_text(yaml.safe_dump(config))
        return path


TARGETS = {
    "all",
    "cache",
    "registration",
    "pseudolabels",
    "segmentation",
    "evaluation",
    "figures",
    "submission",
    "viewer",
    "report",
}
