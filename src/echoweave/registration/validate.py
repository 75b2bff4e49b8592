"""How well a network does on patients that it has not seen."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import one_hot

from echoweave.geometry.overlap import structure_dice
from echoweave.geometry.warp import compose_steps, warp
from echoweave.labels import N_LABELS, structure_mask, structures_of
from echoweave.registration.apply import Registrar
from echoweave.registration.pairs import PreparedSequence


def closure_dice(registrar: Registrar, clips: list[PreparedSequence]) -> dict[str, float]:
    """Return ``dice_{structure}``: ED masks carried to ES against the references, averaged.

    The fields of successive frames are composed and the mask is warped once. Structures that no
    clip has are left out; "epi" needs both of its labels.
    """
    found = [np.unique(clip.labels) for clip in clips if clip.labels is not None]
    structures = structures_of({int(value) for values in found for value in values})
    scores: dict[str, list[float]] = {f"dice_{structure}": [] for structure in structures}
    for clip in clips:
        if clip.labels is None:
            continue
        carried = _carry_ed_to_es(registrar, clip, clip.labels[0])
        for structure, dice in structure_dice(carried, clip.labels[1], structures).items():
            if structure_mask(clip.labels[1], structure).any():
                scores[f"dice_{structure}"].append(dice)
    return {name: float(np.mean(values)) for name, values in scores.items() if values}


def _carry_ed_to_es(
    registrar: Registrar, clip: PreparedSequence, mask: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    path = clip.frames[clip.ed : clip.es + 1]
    steps = registrar.register(path[1:], path[:-1]).cpu()
    probabilities = one_hot(torch.from_numpy(mask).long(), N_LABELS).permute(2, 0, 1)[None].float()
    carried: NDArray[np.uint8] = (
        warp(probabilities, compose_steps(steps))[0].argmax(dim=0).byte().numpy()
    )
    return carried
