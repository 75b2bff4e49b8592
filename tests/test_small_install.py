"""`pip install .` is enough to segment: nothing is imported that only the extras bring."""

import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from echoweave.io.png import write_grey
from echoweave.io.video import write_video
from echoweave.phantom.dicom import write_dicom
from tests.bundles.bright import write_bright_bundle
from tests.inference.hearts import RATE_HZ, beating, draw
from tests.mmode.dark import write_dark_bundle
from tests.mmode.hearts import MM_PER_ROW, MS_PER_COLUMN, sine_strip

ROOT = Path(__file__).parents[1]

# What only extras bring cannot be imported, as if it were not there.
RUN = """
import sys
missing = set(sys.argv.pop(1).split(","))

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}, which only an extra brings")

sys.meta_path.insert(0, Missing())
from echoweave.cli import main
sys.exit(main(sys.argv[1:]))
"""


def brought_along(names: set[str]) -> set[str]:
    """The packages that pip installs with these."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        found.add(name)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        needed = [Requirement(line) for line in lines]
        waiting |= {
            one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})
        }
    return found


def modules() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    packages = brought_along({Requirement(line).name for line in project["dependencies"]})
    return {"echoweave"} | {
        module
        for module, owners in packages_distributions().items()
        if packages & {canonicalize_name(owner) for owner in owners}
    }


def test_the_list_is_as_short_as_it_should_be() -> None:
    known = modules()
    assert {"numpy", "onnxruntime", "pydicom", "av"} <= known
    assert not known & {"torch", "nnunetv2", "snakemake", "onnx", "highdicom", "sklearn"}


def test_clips_are_segmented_with_what_a_plain_install_brings(tmp_path: Path) -> None:
    bundle = write_bright_bundle(tmp_path / "bright", (128, 128))
    clips = [tmp_path / "one_2CH.dcm", tmp_path / "two_4CH.avi"]
    frames = draw(beating())
    # JPEG in DICOM, and in a video.
    write_dicom(clips[0], frames)
    write_video(clips[1], frames, int(RATE_HZ))
    options = ["--model", str(bundle), "--out", str(tmp_path / "out")]
    segment(*map(str, clips), *options)
    assert len(list(tmp_path.glob("out/*/report.html"))) == 2


def test_strips_are_measured_with_it(tmp_path: Path) -> None:
    bundle = write_dark_bundle(tmp_path / "dark")
    write_grey(tmp_path / "strip.png", sine_strip().pixels)
    options = ["--mode", "m", "--model", str(bundle), "--out", str(tmp_path / "out")]
    scale = ["--mm-per-px", str(MM_PER_ROW), "--ms-per-px", str(MS_PER_COLUMN)]
    segment(str(tmp_path / "strip.png"), *options, *scale)
    assert (tmp_path / "out/strip/report.html").exists()


def segment(*arguments: str) -> None:
    """Run the command where nothing can be imported that only extras bring."""
    missing = packages_distributions().keys() - modules() - sys.stdlib_module_names
    done = subprocess.run(
        [sys.executable, "-c", RUN, ",".join(missing), "segment", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
