"""Our trainer of networks that rebuild hidden frames. Imports nnU-Net.

The network, its patches and its augmentation are those of the arm that goes on from it; the output
has one channel, the picture itself.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from nnunetv2.training.lr_scheduler.polylr import PolyLRScheduler
from numpy.typing import NDArray
from torch import Tensor

from echoweave.io.atomic import whole_file
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.files import LEAST_LOSS, patient_of
from echoweave.segmentation.loader import AnyFrameLoader
from echoweave.segmentation.masking import hidden_places, hide_from, rebuilding_loss
from echoweave.segmentation.settings import PretrainingSettings
from echoweave.segmentation.trainer import EchoTrainer
from echoweave.shuffle import stable_order

# One in so many patients of the fold chooses the checkpoint.
_VALIDATED = 8
# As of SimLVSeg.
_WEIGHT_DECAY, _BETAS = 1e-3, (0.9, 0.95)


class MaskedTrainer(EchoTrainer):
    """Learns to rebuild what is hidden in clips of the training patients of a fold.

    Patients that the fold validates are never seen. Call ``configure`` and then ``hide``.
    """

    loader = AnyFrameLoader
    section = "segmentation.pretraining"

    def hide(self, settings: PretrainingSettings) -> None:
        """Take the settings that only this training has; call once, before training."""
        self.hiding = settings
        self.enable_deep_supervision = False
        # The best by nnU-Net's smoothed Dice, which there is none of, is never kept.
        self._best_ema = float("inf")

    @staticmethod
    def build_network_architecture(  # type: ignore[no-untyped-def]
        plans_manager,
        configuration_manager,
        num_input_channels,
        num_output_channels,
        enable_deep_supervision=True,
    ) -> torch.nn.Module:
        """Return the network of the plans with as many outputs as inputs."""
        network: torch.nn.Module = EchoTrainer.build_network_architecture(
            plans_manager,
            configuration_manager,
            num_input_channels,
            num_input_channels,
            enable_deep_supervision,
        )
        return network

    def configure_optimizers(self) -> tuple[Any, Any]:
        """Return AdamW and nnU-Net's schedule."""
        optimizer = torch.optim.AdamW(
            self.network.parameters(),
            self.initial_lr,
            betas=_BETAS,
            weight_decay=_WEIGHT_DECAY,
            amsgrad=True,
        )
        return optimizer, PolyLRScheduler(optimizer, self.initial_lr, self.num_epochs)

    def _build_loss(self) -> Any:
        return lambda rebuilt, target: rebuilding_loss(rebuilt, *target)

    def do_split(self) -> tuple[list[str], list[str]]:
        """Return the fold's training cases, those of an eighth of the patients for validation."""
        cases, _ = super().do_split()
        order = stable_order({patient_of(case) for case in cases}, self.seed, "pretraining")
        chosen = set(order[: max(1, len(order) // _VALIDATED)])
        sides: dict[bool, list[str]] = {False: [], True: []}
        for case in cases:
            sides[patient_of(case) in chosen].append(case)
        return sides[False], sides[True]

    def train_step(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Hide parts of the clips and learn from what was rebuilt of them."""
        step: dict[str, Any] = super().train_step(self._hidden(batch))
        return step

    def on_validation_epoch_start(self) -> None:
        """Seed, so that every epoch is judged by the same patches with the same parts hidden."""
        self._seed(self.num_epochs)
        super().on_validation_epoch_start()

    def validation_step(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return the loss of a batch."""
        hidden = self._hidden(batch)
        rebuilt = self.network(hidden["data"].to(self.device))
        loss = self.loss(rebuilt, [part.to(self.device) for part in hidden["target"]])
        return {"loss": loss.cpu().numpy()}

    def on_validation_epoch_end(self, val_outputs: list[dict[str, Any]]) -> None:
        """Log the mean loss; there is no Dice."""
        loss = float(np.mean([output["loss"] for output in val_outputs]))
        self.logger.log("val_losses", loss, self.current_epoch)
        for name, nothing in (("mean_fg_dice", np.nan), ("dice_per_class_or_region", [np.nan])):
            self.logger.log(name, nothing, self.current_epoch)

    def on_epoch_end(self) -> None:
        """Keep the network if its validation loss is the least so far."""
        super().on_epoch_end()
        losses = self.logger.get_checkpoint()["val_losses"]
        if losses[-1] == min(losses):
            self.save_checkpoint(str(Path(self.output_folder) / LEAST_LOSS))

    def write_rebuilt(self, path: Path) -> None:
        """Write a clip of a validation patient as .npz, with the network of the least loss.

        ``clip``, ``shown`` and ``rebuilt`` are uint8 [T, Y, X], ``hidden`` is bool [T, Y, X]; grey
        values are from the darkest to the brightest of the clip.
        """
        self._take_weights(
            read_checkpoint(Path(self.output_folder) / LEAST_LOSS)["network_weights"]
        )
        self.network.to(self.device).eval()
        _, cases = self.do_split()
        self._seed(self.num_epochs)
        dataset = self.dataset_class(self.preprocessed_dataset_folder, cases[:1])
        sizes = (self.configuration_manager.patch_size,) * 2
        loader = self.loader(dataset, 1, *sizes, self.label_manager)
        parts = self._hidden(next(loader))
        with torch.no_grad():
            rebuilt = self.network(parts["data"].to(self.device)).float().cpu()
        clip = parts["target"][0]
        low, high = float(clip.min()), float(clip.max())
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(
                file,
                clip=_grey(clip, low, high),
                shown=_grey(parts["data"], low, high),
                rebuilt=_grey(rebuilt, low, high),
                hidden=parts["hidden"][0, 0].numpy(),
            )

    def _hidden(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return the batch as its network sees it; the target is the clip and what counts of it."""
        clips: Tensor = batch["data"]
        hide, share = self.hiding.hide, self.hiding.hidden_share
        n_frames, height, width = clips.shape[2:]
        places = [hidden_places((n_frames, height, width), share, hide) for _ in clips]
        hidden = torch.stack(places)[:, None]
        counted = hidden if self.hiding.loss_on == "hidden" else torch.ones_like(hidden)
        return {"data": hide_from(clips, hidden), "target": [clips, counted], "hidden": hidden}

    def _reached(self) -> str:
        losses = (self.logger.get_value(name, step=-1) for name in ("train_losses", "val_losses"))
        return "loss {:.3f}, validation {:.3f}".format(*losses)


def _grey(values: Tensor, low: float, high: float) -> NDArray[np.uint8]:
    scaled = (values[0, 0] - low) / max(high - low, 1e-6)
    grey: NDArray[np.uint8] = (255 * scaled).round().clamp(0, 255).byte().numpy()
    return grey
