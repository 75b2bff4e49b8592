"""Labels carried both ways and fused, against pair by pair with full-frame distance transforms.

One phantom sequence of 20 frames in a cache of 512 x 512 pixels; a DIRNet as in config.yaml finds
the motion (no refinement; its weights do not matter for the time). The plain form prepares and
registers every pair by itself, composes the fields, warps the one-hot mask, and fuses by the
signed distance of every label in every frame, two distance transforms of the whole frame each.
The labels of both must agree but for pixels at the outlines.

Usage: python benchmarks/propagation.py [--pairs N]
"""

import argparse
import os

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from side_by_side import ROOT, alternate, compared, keep
from torch.nn.functional import one_hot

from echoweave.cpu import use_cpu
from echoweave.geometry.resize import resize_frames, resize_labels, resized_spacing
from echoweave.geometry.sector import sector_mask
from echoweave.geometry.warp import compose, warp
from echoweave.labels import N_LABELS
from echoweave.phantom.clip import record
from echoweave.phantom.patient import draw_patient
from echoweave.pseudolabels.fuse import backward_weights, fuse
from echoweave.pseudolabels.propagate import carry, frame_pairs
from echoweave.registration.apply import Registrar
from echoweave.registration.networks.registry import build_network
from echoweave.registration.settings import ModelSettings

Labels = NDArray[np.uint8]
SIZE, FRAMES = (512, 512), 20


class Study:
    """The sequence and the network that both forms work with."""

    def __init__(self) -> None:
        patient = draw_patient(1, 1, (480, 384), (FRAMES, FRAMES))
        clip = record(patient.views[1], patient.sector, beats=0)
        native = clip.frames.shape[1], clip.frames.shape[2]
        self.frames = resize_frames(clip.frames, SIZE)
        self.masks = resize_labels(clip.labels[[0, -1]], SIZE)
        self.spacing_mm = resized_spacing(native, clip.spacing_mm, SIZE)
        values = yaml.safe_load((ROOT / "config/config.yaml").read_text())["registration"]
        own = values["models"]["dirnet"] | {"rim_share": values["rim_share"]}
        settings = ModelSettings.from_config(own, "benchmark")
        torch.manual_seed(1)
        network = build_network(settings, "benchmark")
        with torch.no_grad():
            # Motion of a few pixels, as a trained network finds it.
            for part in network.parameters():
                part.add_(0.02 * torch.randn_like(part))
        self.registrar = Registrar(network, settings)

    def ours(self) -> Labels:
        """Return the fused labels [T, Y, X] by the library."""
        sector = sector_mask(self.frames)
        ends = (0, FRAMES - 1)
        forward, backward = (
            carry(
                mask,
                end,
                self.registrar.fields(self.frames, frame_pairs(FRAMES, end, "composed")),
                sector,
                self.spacing_mm,
                "composed",
            )
            for mask, end in zip(self.masks, ends, strict=True)
        )
        return fuse(forward, backward, *ends, "distance")

    def plain(self) -> Labels:
        """Return the same pair by pair."""
        forward, backward = (
            self.carry_plainly(mask, end)
            for mask, end in zip(self.masks, (0, FRAMES - 1), strict=True)
        )
        fused = forward.copy()
        fused[-1] = backward[-1]
        for frame, weight in enumerate(backward_weights(FRAMES, 0, FRAMES - 1)[1:-1], start=1):
            distances = [
                (1 - weight) * self.distance(forward[frame] == label)
                + weight * self.distance(backward[frame] == label)
                for label in range(N_LABELS)
            ]
            fused[frame] = np.argmax(distances, axis=0)
        return fused

    def carry_plainly(self, mask: Labels, end: int) -> Labels:
        """Return the mask of frame ``end`` in every frame."""
        labels = np.broadcast_to(mask, (FRAMES, *SIZE)).copy()
        composed = {end: torch.zeros(1, 2, *SIZE)}
        likely = one_hot(torch.from_numpy(mask).long(), N_LABELS).permute(2, 0, 1)[None].float()
        for fixed, moving in frame_pairs(FRAMES, end, "composed"):
            pair = self.frames[[fixed, moving]]
            field = torch.from_numpy(self.registrar.fields(pair, [(0, 1)]))
            composed[fixed] = compose(field, composed[moving])
            labels[fixed] = warp(likely, composed[fixed])[0].argmax(dim=0).numpy()
        return labels

    def distance(self, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the signed distance to the outline in mm, positive inside."""
        inside, outside = (
            distance_transform_edt(side, sampling=self.spacing_mm) for side in (mask, ~mask)
        )
        return inside - outside


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    given = parser.parse_args()
    use_cpu(os.cpu_count() or 1)
    study = Study()
    ours, plain = study.ours(), study.plain()
    for label in range(1, N_LABELS):
        one, other = ours == label, plain == label
        dice = 2 * (one & other).sum() / (one.sum() + other.sum())
        assert dice > 0.97, f"label {label}: Dice {dice:.3f} between both forms"
    times = alternate(study.plain, study.ours, given.pairs)
    keep("propagation", [compared("propagation and fusion", times, "a sequence", 3)])


if __name__ == "__main__":
    main()
