"""The cache against one process with SimpleITK and float32 gzip-9.

Two phantom patients of CAMUS's own size (945 x 584 pixels of 0.154 x 0.308 mm, 18 to 22 frames,
both views) go into a cache of 512 x 512. The plain form is one process: SimpleITK reads, resizes
every frame with B-splines (and the masks with nearest neighbours), the frames become float32 in
[0, 1], and h5py writes them with gzip level 9 in chunks of its own choice. Ours is
`echoweave.cache.build.build_cache` on two cores, one process each. Imports count for neither.
Then random pairs of frames are read from both files, open all the time, as float32 in [0, 1].

Usage: python benchmarks/cache.py [--pairs N]
"""

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2
import h5py
import numpy as np
import SimpleITK as sitk  # noqa: N813
import yaml
from numpy.typing import NDArray
from side_by_side import ROOT, alternate, compared, keep

from echoweave.cache.build import build_cache
from echoweave.datasets.camus import CAMUS
from echoweave.datasets.cohort import load_cohort
from echoweave.datasets.source import Source
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings

SIZE, PATIENTS, PROCESSES, READS = 512, 2, 2, 50


def resample(image: sitk.Image, method: int) -> NDArray[np.generic]:
    """Resize one frame to SIZE x SIZE over the same field of view."""
    width, height = image.GetSize()
    sx, sy = image.GetSpacing()
    resampler = sitk.ResampleImageFilter()
    resampler.SetInterpolator(method)
    resampler.SetSize((SIZE, SIZE))
    resampler.SetOutputSpacing((sx * width / SIZE, sy * height / SIZE))
    # The outer edges of the corner pixels coincide.
    resampler.SetOutputOrigin((sx * (width / SIZE - 1) / 2, sy * (height / SIZE - 1) / 2))
    return sitk.GetArrayFromImage(resampler.Execute(image))


def plain_cache(sources: list[Source], folder: Path) -> None:
    """Write {sequence}.h5 for every sequence."""
    for source in sources:
        clip = sitk.ReadImage(str(source.files.sequence))
        frames = [
            resample(sitk.Cast(clip[:, :, frame], sitk.sitkFloat32), sitk.sitkBSpline)
            for frame in range(clip.GetDepth())
        ]
        masks = [
            resample(sitk.ReadImage(str(path))[:, :, 0], sitk.sitkNearestNeighbor)
            for path in (source.files.ed_gt, source.files.es_gt)
        ]
        with h5py.File(folder / f"{source.name}.h5", "w") as file:
            for name, images in (("frames", np.stack(frames) / 255), ("labels", np.stack(masks))):
                file.create_dataset(
                    name, data=images.astype(np.float32), compression="gzip", compression_opts=9
                )


def build(sources: list[Source], folder: Path) -> None:
    """Build our cache of one patient in one process."""
    cv2.setNumThreads(1)
    patient = sources[0].patient
    build_cache(
        sources=sources,
        ted_pairs=None,
        ted_root=Path(),
        label_values=CAMUS.label_values,
        size=SIZE,
        outputs=[folder / f"{patient}.h5"],
        checksums=folder / f"{patient}.tsv",
    )


def check(sources: list[Source], folder: Path) -> None:
    """Both caches show the same: ours has area means, the plain form interpolates."""
    for source in sources:
        with (
            h5py.File(folder / f"{source.name}.h5") as plain,
            h5py.File(folder / f"{source.patient}.h5") as ours,
        ):
            frames = ours[source.view]["frames"][()]
            other = plain["frames"][()][:: -1 if source.reversed else 1]
            alike = np.corrcoef(frames.ravel(), other.ravel())[0, 1]
            same = (ours[source.view]["labels"][()] == plain["labels"][()]).mean()
            assert frames.shape == other.shape and alike > 0.98 and same > 0.995, (alike, same)


def size_row(sources: list[Source], folder: Path) -> dict[str, str]:
    """Compare the bytes of both."""
    plain = sum((folder / f"{source.name}.h5").stat().st_size for source in sources)
    ours = sum(path.stat().st_size for path in {folder / f"{one.patient}.h5" for one in sources})
    return {
        "what": "size of the cache",
        "plain": f"{plain / len(sources) / 1e6:.2f} MB a sequence",
        "ours": f"{ours / len(sources) / 1e6:.2f} MB a sequence",
        "ratio": f"{plain / ours:.2f}",
        "spread": "",
        "target": "at least 5",
        "met": "yes" if plain >= 5 * ours else "no",
    }


def pair_row(source: Source, folder: Path, pairs: int) -> dict[str, str]:
    """Compare reading random pairs of frames."""
    generator = np.random.default_rng(1)
    chosen = generator.integers(source.n_frames, size=(READS, 2))
    with (
        h5py.File(folder / f"{source.name}.h5") as plain,
        h5py.File(folder / f"{source.patient}.h5") as ours,
    ):
        stored, small = plain["frames"], ours[source.view]["frames"]

        def read_plain() -> list[NDArray[np.float32]]:
            return [np.stack((stored[fixed], stored[moving])) for fixed, moving in chosen]

        def read_ours() -> list[NDArray[np.float32]]:
            return [
                np.stack((small[fixed], small[moving])) / np.float32(255)
                for fixed, moving in chosen
            ]

        times = alternate(read_plain, read_ours, pairs, (READS, READS))
    return compared("random pairs of frames", times, "a pair", 5)


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_phantom(
            folder / "phantom",
            PhantomSettings(
                patients=PATIENTS, test_patients=0, ted=0, size=(945, 584), frames=(18, 22)
            ),
        )
        config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
        config["data"]["camus"]["root"] = str(folder / "phantom/camus")
        config["folds"] = PATIENTS
        cohort = load_cohort(config, folder)
        sources = list(cohort.sequences)
        buckets = [cohort.sequences_of([patient]) for patient in cohort.training_patients]
        # Forked with a pool of its own: the parent has used threads of ITK by then.
        with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:

            def ours() -> None:
                list(pool.map(build, buckets, [folder] * len(buckets)))

            ours()  # imports
            times = alternate(
                lambda: plain_cache(sources, folder), ours, pairs, (len(sources), len(sources))
            )
        check(sources, folder)
        keep(
            "cache",
            [
                compared("resize and write, two cores", times, "a sequence", 15),
                size_row(sources, folder),
                pair_row(sources[0], folder, pairs),
            ],
        )


if __name__ == "__main__":
    main()
