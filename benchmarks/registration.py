"""The registration training step at 512 x 512 pixels against its plain form.

The paper's network (spacing of the control points 32 pixels, 32 kernels) and the paper's loss,
Adam with AMSGrad, random ordered pairs from phantom sequences of 20 frames, the same pairs and
the same first weights for both; the gradients of the first step are compared. The plain form
reads every pair from a float32 gzip-9 HDF5, expands the control grid by a transposed convolution
and makes the grid of every warp anew. Ours is `echoweave.registration.train.Trainer`, whose
sequences are in memory. Both train on all cores, in a process of their own, as a job would; ours
keeps freed memory (`echoweave.libc`) and the plain form leaves that to glibc.

Usage: python benchmarks/registration.py [--pairs N] [--batch N]
"""

import argparse
import copy
import os
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import h5py
import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from side_by_side import ROOT, alternate, compared, keep, seconds
from torch import Tensor, nn
from torch.nn.functional import affine_grid, conv_transpose2d, grid_sample, pad

from echoweave.cpu import use_cpu
from echoweave.libc import keep_freed_memory
from echoweave.phantom.clip import record
from echoweave.phantom.patient import draw_patient
from echoweave.registration.pairs import PreparedSequence, draw_pairs, ordered_pairs
from echoweave.registration.settings import ModelSettings
from echoweave.registration.train import Trainer

SIZE, FRAMES, SPACING, SEED = 512, 20, 32, 1
# Control points beyond the edge of the image.
MARGIN = 2


def settings(batch: int) -> ModelSettings:
    """Return the paper's settings of the network."""
    default, paper = (
        yaml.safe_load((ROOT / "config" / name).read_text())["registration"]["models"]["dirnet"]
        for name in ("config.yaml", "paper.yaml")
    )
    own = {"batch_size": batch, "rim_share": 0}
    return ModelSettings.from_config(default | paper | own, "benchmark")


def load(path: Path) -> list[PreparedSequence]:
    """Return the sequences in memory."""
    with np.load(path) as arrays:
        sector = np.ones((SIZE, SIZE), np.uint8)
        return [
            PreparedSequence(name, frames, sector, 0, FRAMES - 1, None)
            for name, frames in arrays.items()
        ]


class Ours:
    """The library's training."""

    def __init__(self, folder: Path, batch: int) -> None:
        use_cpu(os.cpu_count() or 1)
        keep_freed_memory()
        self.clips, self.batch = load(folder / "clips.npz"), batch
        self.trainer = Trainer(settings(batch), SEED, self.clips, self.clips)
        unsettle(self.trainer.network)
        self.iteration = 0

    def step(self) -> None:
        """Take one step."""
        self.iteration += 1
        self.trainer._step(self.iteration)

    def gradients(self) -> list[NDArray[np.float32]]:
        """Return those of the last step."""
        return [part.grad.numpy().copy() for part in self.trainer.network.parameters()]

    def load_pairs(self) -> float:
        """Return the seconds that drawing one batch takes."""
        began = time.perf_counter()
        draw_pairs(self.clips, self.batch, None, (SEED, self.iteration))
        return time.perf_counter() - began


class Plain:
    """The plain form."""

    def __init__(self, folder: Path, batch: int) -> None:
        torch.set_num_threads(os.cpu_count() or 1)
        self.file, self.batch = h5py.File(folder / "frames.h5"), batch
        trainer = Trainer(settings(batch), SEED, [], [])
        unsettle(trainer.network)
        self.layers: nn.Sequential = copy.deepcopy(trainer.network.layers)
        self.optimiser = torch.optim.Adam(self.layers.parameters(), lr=1e-3, amsgrad=True)
        self.kernel = bspline_kernel()
        self.iteration = 0

    def step(self) -> None:
        """Take one step."""
        self.iteration += 1
        images = self.read_pairs()
        dvf = self.field(images)
        fixed, warped = images[:, :1], self.warp(images[:, 1:], dvf)
        loss = bending(dvf) - correlation(fixed, warped)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()

    def read_pairs(self) -> Tensor:
        """Read the pairs that the library draws in this iteration."""
        generator = np.random.default_rng((SEED, self.iteration))
        names, pairs = list(self.file), ordered_pairs(FRAMES, None)
        batch = []
        for _ in range(self.batch):
            frames = self.file[names[generator.integers(len(names))]]
            fixed, moving = pairs[generator.integers(len(pairs))]
            batch.append(np.stack((frames[fixed], frames[moving])))
        return torch.from_numpy(np.stack(batch))

    def field(self, images: Tensor) -> Tensor:
        """Return the displacements in pixels."""
        coefficients = pad(self.layers(images), (MARGIN,) * 4, mode="replicate")
        n, _, height, width = coefficients.shape
        columns = coefficients.reshape(2 * n, 1, height, width)
        dense = conv_transpose2d(columns, self.kernel, stride=SPACING)
        start = 4 * SPACING - SPACING // 2
        dense = dense[..., start : start + SIZE, start : start + SIZE]
        return dense.reshape(n, 2, SIZE, SIZE)

    def warp(self, images: Tensor, dvf: Tensor) -> Tensor:
        """Sample the moving images."""
        identity = torch.eye(2, 3).expand(len(images), 2, 3)
        grid = affine_grid(identity, list(images.shape), align_corners=True)
        moved = grid + dvf.flip(1).permute(0, 2, 3, 1) * (2 / (SIZE - 1))
        return grid_sample(images, moved, padding_mode="border", align_corners=True)

    def gradients(self) -> list[NDArray[np.float32]]:
        """Return those of the last step."""
        return [part.grad.numpy().copy() for part in self.layers.parameters()]


def unsettle(network: nn.Module) -> None:
    """Move the weights off the start, where the network finds no motion at all."""
    torch.manual_seed(SEED)
    with torch.no_grad():
        for part in network.parameters():
            part.add_(0.02 * torch.randn_like(part))


def bspline_kernel() -> Tensor:
    """Return the cubic B-spline of one control point, [1, 1, 4 * SPACING, 4 * SPACING]."""
    distance = ((torch.arange(4 * SPACING) + 0.5) / SPACING - 2).abs()
    near = 2 / 3 - distance**2 + distance**3 / 2
    line = torch.where(distance < 1, near, (2 - distance).clamp(min=0) ** 3 / 6)
    return torch.outer(line, line)[None, None]


def correlation(fixed: Tensor, warped: Tensor) -> Tensor:
    """Return the NCC over all pixels of the batch."""
    fixed, warped = fixed - fixed.mean(), warped - warped.mean()
    return (fixed * warped).mean() / ((fixed**2).mean() * (warped**2).mean()).sqrt()


def bending(dvf: Tensor) -> Tensor:
    """Return the bending energy by central differences, in pixels."""
    inner = dvf[..., 1:-1, 1:-1]
    second_y = dvf[..., 2:, 1:-1] - 2 * inner + dvf[..., :-2, 1:-1]
    second_x = dvf[..., 1:-1, 2:] - 2 * inner + dvf[..., 1:-1, :-2]
    mixed = (dvf[..., 2:, 2:] - dvf[..., 2:, :-2] - dvf[..., :-2, 2:] + dvf[..., :-2, :-2]) / 4
    return (second_y**2 + second_x**2 + 2 * mixed**2).sum(dim=1).mean()


def write_frames(folder: Path) -> None:
    """Write two phantom sequences for both forms."""
    clips = {}
    patient = draw_patient(SEED, 1, (SIZE, SIZE), (FRAMES, FRAMES))
    for view in patient.views:
        frames = record(view, patient.sector, beats=0).frames
        square = np.zeros((FRAMES, SIZE, SIZE), np.uint8)
        height, width = (min(SIZE, side) for side in frames.shape[1:])
        square[:, :height, :width] = frames[:, :height, :width]
        clips[view.name] = square
    np.savez(folder / "clips.npz", **clips)
    with h5py.File(folder / "frames.h5", "w") as file:
        for name, frames in clips.items():
            scaled = frames.astype(np.float32) / 255
            file.create_dataset(name, data=scaled, compression="gzip", compression_opts=9)


# Each form lives in a process of its own, which keeps it here.
_FORM: list[Ours | Plain] = []


def start(form: type[Ours | Plain], folder: Path, batch: int) -> None:
    """Set a process up."""
    _FORM.append(form(folder, batch))


def call(method: str) -> object:
    """Call a method of this process's form."""
    return getattr(_FORM[0], method)()


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--batch", type=int, default=8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_frames(folder)
        spawn = get_context("spawn")
        plain, ours = (
            ProcessPoolExecutor(1, spawn, start, (form, folder, given.batch))
            for form in (Plain, Ours)
        )
        with plain, ours:
            for pool in (plain, ours):
                pool.submit(call, "step").result()
            for one, other in zip(
                *(pool.submit(call, "gradients").result() for pool in (plain, ours)), strict=True
            ):
                difference = np.abs(one - other).max() / np.abs(one).max()
                assert difference < 0.01, f"the gradients differ by {difference:.1%}"
            times = alternate(
                lambda: plain.submit(call, "step").result(),
                lambda: ours.submit(call, "step").result(),
                given.pairs,
                (given.batch, given.batch),
            )
            loads = [ours.submit(call, "load_pairs").result() for _ in range(20)]
    load = statistics.median(loads) / given.batch
    share = load / statistics.median(times.ours_s)
    keep(
        "registration",
        [
            compared(f"training step, batches of {given.batch}", times, "a pair", 2),
            {
                "what": "loader's share of our step",
                "plain": "",
                "ours": f"{seconds(load)} a pair",
                "ratio": f"{share:.2%}",
                "spread": "",
                "target": "under 5 %",
                "met": "yes" if share < 0.05 else "no",
            },
        ],
    )


if __name__ == "__main__":
    main()
