"""Abdominal CT: our registration beside convexAdam and uniGradICON, on the same pairs.

The data are in the form of Learn2Reg's task 3, for example what `echoweave phantom --layout
learn2reg` wrote: DATA/img, DATA/label, DATA/pairs_val.csv. Every method gets the images alone and
runs in a process of its own, so that its memory can be told; all fields are measured by
`evaluate_pairs`. Times are those of the CPU, all threads together, so that other work on the
machine does not count: of a pair without reading and writing, and without the first pair where
there are more.

Ours are the networks of --model, alone and with instance refinement, and the refinement alone; its
settings are those of a run with --configfile CONFIG (learn2reg.refinement). Peers are left out with
a line where they are not installed; nothing is downloaded:

- convexAdam (pip install convexAdam; Siebert et al. 2021), with its own settings. They are meant
  for voxels of 2 mm; where the voxels are others, also with the same grids in mm, and on images
  that are resampled to 2 mm.
- uniGradICON (pip install unigradicon; Tian et al. 2024), where its weights lie on the disk
  (--unigradicon-weights Step_2_final.trch): CT from -1000 to 1000 HU, 50 steps of instance
  optimisation, as its command does.

Usage: python benchmarks/abdominal_peers.py --data DATA --config CONFIG [--pairs N] [--threads N]
    [--model NAME=MODEL.pt ...] [--unigradicon-weights FILE] [--out DIR]
"""

import argparse
import importlib.util
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from instance_refinement import refinement_of
from numpy.typing import NDArray
from side_by_side import MEASURED
from torch import Tensor
from torch.nn.functional import interpolate

from echoweave.cpu import usable_cpus, use_cpu
from echoweave.geometry.warp import resize_fields
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.learn2reg.evaluation.evaluate import evaluate_pairs
from echoweave.learn2reg.evaluation.inputs import IMAGE_NAMES, find_case
from echoweave.learn2reg.evaluation.summary import summarise_measure
from echoweave.learn2reg.fields.files import field_file_name, write_field
from echoweave.learn2reg.greys import windowed
from echoweave.learn2reg.scan import Scan, read_ct
from echoweave.learn2reg.splits import VolumePair, read_pair_list
from echoweave.learn2reg.volume import CaseVolume
from echoweave.registration.refine import refine
from echoweave.registration.settings import RefinementSettings

Dvf = NDArray[np.float32]
Register = Callable[[Scan, Scan], Dvf]
Load = Callable[[], Register]

# convexAdam's own spacings of its coarse grid and of Adam's, in voxels of 2 mm.
_GRID, _ADAM_GRID, _VOXEL_MM = 6, 2, 2.0
_UNIGRADICON_STEPS = 50
# What the others are compared with.
_OURS = "ours: refinement alone"
_MEASURES = ("dice", "hd95_voxels", "hd95_mm", "sdlogj", "folded_percent")


class Cost(NamedTuple):
    """What a method took: the median of a pair, and the most memory of its process."""

    cpu_seconds: float
    peak_mb: float


def load_network(path: Path, refinement: RefinementSettings | None) -> Register:
    """Return ours: a trained network, refined or not."""
    from echoweave.learn2reg.apply import PairRegistrar
    from echoweave.learn2reg.checkpoint import load_pair_checkpoint

    registrar = PairRegistrar(load_pair_checkpoint(path), path, refinement)

    def register(fixed: Scan, moving: Scan) -> Dvf:
        return registrar.field(*(_case(scan) for scan in (fixed, moving)))

    return register


def load_refinement(refinement: RefinementSettings) -> Register:
    """Return ours without a network: instance refinement from no motion."""

    def register(fixed: Scan, moving: Scan) -> Dvf:
        images = (torch.from_numpy(windowed(scan.array))[None] for scan in (fixed, moving))
        found: Dvf = refine(*images, None, refinement)[0].numpy()
        return found

    return register


def load_convex_adam(grid_voxel_mm: float) -> Register:
    """Return convexAdam on the images as they are, its grids meant for voxels of a size."""
    grids = {
        "grid_sp": max(2, round(_GRID * _VOXEL_MM / grid_voxel_mm)),
        "grid_sp_adam": max(1, round(_ADAM_GRID * _VOXEL_MM / grid_voxel_mm)),
    }

    def register(fixed: Scan, moving: Scan) -> Dvf:
        images = (torch.from_numpy(scan.array.astype(np.float32)) for scan in (fixed, moving))
        return _convex_adam(*images, **grids).numpy()

    return register


def load_convex_adam_resampled() -> Register:
    """Return convexAdam with its defaults on images resampled to the voxels that they are for."""

    def register(fixed: Scan, moving: Scan) -> Dvf:
        sides = zip(fixed.array.shape, fixed.spacing, strict=True)
        shape = [round(side * mm / _VOXEL_MM) for side, mm in sides]
        images = (
            interpolate(
                torch.from_numpy(scan.array.astype(np.float32))[None, None], shape, mode="trilinear"
            )
            for scan in (fixed, moving)
        )
        found = _convex_adam(*(one[0, 0] for one in images))
        return resize_fields(found[None], fixed.array.shape)[0].numpy()

    return register


def _convex_adam(fixed: Tensor, moving: Tensor, **grids: int) -> Tensor:
    """Return the field float32 [3, Z, Y, X] in voxels."""
    from convexAdam.convex_adam_MIND import convex_adam_pt

    found = convex_adam_pt(fixed, moving, **grids, dtype=torch.float32, device=torch.device("cpu"))
    return torch.from_numpy(np.moveaxis(found, -1, 0).astype(np.float32))


def load_unigradicon(weights: Path) -> Register:
    """Return uniGradICON with weights from the disk."""
    import itk
    import unigradicon
    from icon_registration.itk_wrapper import register_pair

    network = unigradicon.get_unigradicon(weights_location=str(weights))

    def register(fixed: Scan, moving: Scan) -> Dvf:
        images = (
            unigradicon.preprocess(itk.GetImageFromArray(scan.array.astype(np.float32)), "ct")
            for scan in (moving, fixed)
        )
        register_pair(network, *images, finetune_steps=_UNIGRADICON_STEPS)
        with torch.no_grad():
            identity = network.identity_map
            places = network.phi_AB(identity)
            # Its coordinates run from 0 to 1 between the outermost voxels of its own grid.
            voxels = (places - identity) * (identity.shape[-1] - 1)
            found: Dvf = resize_fields(voxels, fixed.array.shape)[0].numpy()
        return found

    return register


def choose_methods(
    models: Mapping[str, Path],
    refinement: RefinementSettings,
    weights: Path | None,
    voxel_mm: float,
) -> dict[str, Load]:
    """Return what can run here, and say what cannot."""
    methods: dict[str, Load] = {}
    for name, path in models.items():
        methods[f"ours: {name}"] = partial(load_network, path, None)
        methods[f"ours: {name}, refined"] = partial(load_network, path, refinement)
    methods[_OURS] = partial(load_refinement, refinement)
    if importlib.util.find_spec("convexAdam"):
        methods["convexAdam"] = partial(load_convex_adam, _VOXEL_MM)
        if round(voxel_mm, 3) != _VOXEL_MM:
            methods["convexAdam, its grids in mm"] = partial(load_convex_adam, voxel_mm)
            methods["convexAdam, resampled to 2 mm"] = load_convex_adam_resampled
    else:
        print("convexAdam is left out: it is not installed (pip install convexAdam)")
    if not all(map(importlib.util.find_spec, ("itk", "unigradicon"))):
        print("uniGradICON is left out: it is not installed (pip install unigradicon)")
    elif weights is None or not weights.is_file():
        print("uniGradICON is left out: --unigradicon-weights names no file, and none is fetched")
    else:
        methods["uniGradICON"] = partial(load_unigradicon, weights)
    return methods


def run(load: Load, data: Path, pairs: list[VolumePair], out: Path, threads: int) -> Cost:
    """Register the pairs in a process of their own, and write the fields into ``out``."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_register_all, (load, data, pairs, out, threads))


def _register_all(load: Load, data: Path, pairs: list[VolumePair], out: Path, threads: int) -> Cost:
    use_cpu(threads)
    torch.manual_seed(1)
    register = load()
    times = []
    for pair in pairs:
        fixed, moving = (read_ct(find_case(data / "img", case, IMAGE_NAMES)) for case in pair)
        began = time.process_time()
        dvf = register(fixed, moving)
        times.append(time.process_time() - began)
        write_field(out / field_file_name(*pair), dvf, (fixed.axes, moving.axes))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(statistics.median(times[1:] or times), peak_mb)


def _case(scan: Scan) -> CaseVolume:
    return CaseVolume("case", "l2r", scan.array, None, (), scan.spacing, scan.axes)


def _summarise(rows: pd.DataFrame) -> dict[str, float]:
    found: dict[str, float] = {"n": len(rows)}
    for measure in _MEASURES:
        values = summarise_measure(rows, measure)
        found |= {f"{measure}_{key}": values[key] for key in ("mean", "low", "high")}
    return found


def _dice_less_ours(rows: pd.DataFrame, ours: pd.DataFrame) -> dict[str, float]:
    """Return the mean difference on the same pairs, with the interval over cases."""
    both = rows.merge(ours, on=["fixed", "moving"], suffixes=("", "_ours"))
    values = summarise_measure(both.assign(dice=both["dice"] - both["dice_ours"]), "dice")
    return {f"dice_less_ours_{key}": values[key] for key in ("mean", "cases_low", "cases_high")}


def _named(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    return name, Path(path)


def main() -> None:
    """Run what can run here, print the table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=None)
    parser.add_argument("--threads", type=int, default=usable_cpus())
    parser.add_argument("--model", type=_named, action="append", default=[])
    parser.add_argument("--unigradicon-weights", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=MEASURED / "abdominal_peers")
    options = parser.parse_args()

    listed = [pair for _, pair in read_pair_list(options.data / "pairs_val.csv")]
    pairs = listed[: options.pairs]
    scan = read_ct(find_case(options.data / "img", pairs[0].fixed, IMAGE_NAMES))
    voxel_mm = float(np.prod(scan.spacing)) ** (1 / 3)
    refinement = refinement_of(options.config)
    weights = options.unigradicon_weights
    methods = choose_methods(dict(options.model), refinement, weights, voxel_mm)

    measure = partial(evaluate_pairs, labels=options.data / "label", pairs=pairs)
    measure(out=options.out / "unregistered")
    measured = {"unregistered": read_tsv(options.out / "unregistered/pairs.tsv")}
    costs: dict[str, Cost] = {}
    for number, (name, load) in enumerate(methods.items(), 1):
        folder = options.out / str(number)
        costs[name] = run(load, options.data, pairs, folder / "fields", options.threads)
        measure(fields=folder / "fields", out=folder, name=name)
        measured[name] = read_tsv(folder / "pairs.tsv")
    lines = [
        {"method": name}
        | _summarise(rows)
        | _dice_less_ours(rows, measured[_OURS])
        | (costs[name]._asdict() if name in costs else {})
        for name, rows in measured.items()
    ]
    table = pd.DataFrame(lines).set_index("method")
    for cost in Cost._fields:
        table[f"{cost}_ratio"] = table[cost] / table[cost][_OURS]
    table = table.reset_index()
    write_tsv(table, options.out / "abdominal_peers.tsv")
    print(f"{len(pairs)} pairs of {' x '.join(map(str, scan.array.shape))}, {voxel_mm:.3g} mm")
    print(table.round(4).T.to_string(header=False))


if __name__ == "__main__":
    main()
