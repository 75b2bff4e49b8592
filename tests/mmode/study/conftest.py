"""A study of three strips and one network, measured once for all tests of this folder."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.mmode.strip import Strip
from echoweave.mmode.study.measuring import measure_stored_strips
from echoweave.mmode.study.store import store_strip
from echoweave.mmode.study.tables import make_mmode_tables
from echoweave.mmode.testing import measure_windows
from tests.mmode.dark import write_dark_bundle
from tests.mmode.hearts import sine_strip
from tests.mmode.networks.heart_windows import write_bands
from tests.mmode.study.stored import stored_strip

NETWORK = "quicknat"
# Animal and recording are numbers; a virtual strip without a beat; and nothing good.
RECORDED, SHORT, BAD = "007_1", "patient0001_4CH", "12_2"


def half_beat() -> Strip:
    """From ED to ES: 80 rows wide, then 40."""
    strip = sine_strip()
    assert strip.mask is not None
    columns = slice(0, 41, 2)
    return replace(strip, pixels=strip.pixels[:, columns], mask=strip.mask[:, columns])


def faint() -> Strip:
    """Too dark to be good."""
    strip = sine_strip()
    return replace(strip, pixels=np.where(strip.pixels == 10, 0, 110).astype(np.uint8))


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See ``measured/``, ``testing/`` and ``tables/`` of results/mmode."""
    folder = tmp_path_factory.mktemp("study")
    bundle = write_dark_bundle(folder / "bundle", size=100)
    strips = {
        "recorded": [stored_strip(name=RECORDED), stored_strip(faint(), BAD)],
        "virtual": [replace(stored_strip(half_beat(), SHORT, "virtual"), mass_g=None)],
    }
    tables: dict[str, list[Path]] = {"recordings": [], "beats": []}
    for bucket, those in strips.items():
        files = [folder / "strips" / f"{one.name}.h5" for one in those]
        files[0].parent.mkdir(exist_ok=True)
        for one, file in zip(those, files, strict=True):
            store_strip(one, file)
        made = {name: folder / f"{bucket}_{name}.tsv" for name in tables}
        measured = folder / "measured" / NETWORK
        measure_stored_strips(files, bundle, NETWORK, measured, **made, threads=1)
        for name, path in made.items():
            tables[name].append(path)
    # A recording that is called as the pictures are.
    windows = write_bands(folder / "windows", "a", each=1)
    for part in ("img", "mask"):
        (windows / part / "a_rec_w000.png").rename(windows / part / "a_image_1_w000.png")
    measure_windows(bundle, windows, 50, 1, 1, folder / "testing")
    make_mmode_tables(
        **tables,
        testing={NETWORK: folder / "testing"},
        folder=folder / "tables",
        samples=50,
        seed=1,
    )
    return folder
