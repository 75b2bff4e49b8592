"""A trained network of volumes, ready to register pairs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from echoweave.cpu import use_cpu
from echoweave.device import computes_bfloat16, torch_device
from echoweave.errors import InputError, Problem
from echoweave.learn2reg.checkpoint import (
    PairCheckpoint,
    check_unseen,
    fill_pair_network,
    load_pair_checkpoint,
)
from echoweave.learn2reg.fields.files import field_file_name, write_field
from echoweave.learn2reg.greys import windowed
from echoweave.learn2reg.network import PairNetwork
from echoweave.learn2reg.store import load_case
from echoweave.learn2reg.volume import CaseVolume
from echoweave.libc import keep_freed_memory
from echoweave.logs import Progress
from echoweave.registration.refine import refine
from echoweave.registration.settings import RefinementSettings


def predict_fields(
    *,
    model: Path,
    cases: Path,
    pairs: Sequence[tuple[str, str]],
    folder: Path,
    refinement: RefinementSettings | None,
    threads: int,
) -> None:
    """Register pairs and write their fields in today's form of the challenge.

    Args:
        model: The checkpoint.
        cases: Folder of ``{name}.h5``.
        pairs: Names of the cases, fixed and moving.
        folder: Gets ``disp_FFFF_0000_MMMM_0000.npz`` of each pair.
        refinement: How each field is refined on the grey values of its pair; None: it is not.
        threads: Threads on the CPU.

    Raises:
        InputError: The checkpoint cannot be used, or has seen a case of the pairs, or a refinement
            diverges.
    """
    use_cpu(threads)
    keep_freed_memory()
    checkpoint = load_pair_checkpoint(model)
    seen = [*checkpoint.trained_on, *checkpoint.choosing]
    check_unseen(model, seen, (name for pair in pairs for name in pair))
    registrar = PairRegistrar(checkpoint, model, refinement)
    progress = Progress("registering, pairs", len(pairs))
    for done, (fixed_name, moving_name) in enumerate(pairs, start=1):
        fixed, moving = (load_case(cases / f"{name}.h5") for name in (fixed_name, moving_name))
        dvf = registrar.field(fixed, moving)
        path = folder / field_file_name(fixed_name, moving_name)
        write_field(path, dvf, (fixed.axes, moving.axes))
        progress.update(done)


class PairRegistrar:
    """Loads the weights once, then registers any number of pairs.

    Args:
        checkpoint: The network.
        path: Where it was read from, for errors.
        refinement: How each field is refined; None: it is not.

    Raises:
        InputError: The weights do not fit their settings.
    """

    def __init__(
        self, checkpoint: PairCheckpoint, path: Path, refinement: RefinementSettings | None = None
    ) -> None:
        self.windows, self.refinement = checkpoint.model.windows, refinement
        self.network = PairNetwork(checkpoint.model)
        fill_pair_network(self.network, checkpoint, path)
        self.device = torch_device()
        self.network.to(self.device).eval()
        self.mixed_precision = computes_bfloat16(self.device)

    def field(self, fixed: CaseVolume, moving: CaseVolume) -> NDArray[np.float32]:
        """Return the field of a pair, float32 [3, Z, Y, X] in voxels, fixed -> moving.

        Raises:
            InputError: The refinement diverges.
        """
        images = self._look(fixed), self._look(moving)
        with (
            torch.no_grad(),
            torch.autocast(self.device.type, torch.bfloat16, self.mixed_precision),
        ):
            dvf = self.network(*images)
        if self.refinement:
            try:
                dvf = refine(*images, dvf, self.refinement)
            except FloatingPointError as error:
                what = f"the refinement of {fixed.name} and {moving.name} diverges: {error}"
                raise InputError(_diverged(what, self.refinement.learning_rate)) from error
        found: NDArray[np.float32] = dvf[0].cpu().numpy()
        return found

    def _look(self, case: CaseVolume) -> Tensor:
        """Return what the network sees of a case, float32 [1, C, Z, Y, X]."""
        return torch.from_numpy(windowed(case.image, self.windows))[None].to(self.device)


def _diverged(what: str, rate: float) -> Problem:
    return Problem("config", "learn2reg.refinement.learning_rate", what, f"lower it from {rate:g}")
