"""The registration networks by name: a new one is a file beside this one and a line here."""

from collections.abc import Callable

from torch import nn

from echoweave.errors import InputError, Problem
from echoweave.registration.networks.affine import AffineFirst
from echoweave.registration.networks.dirnet import DIRNet
from echoweave.registration.networks.frame_encoder import FrameDualEncoder
from echoweave.registration.networks.multistage import MultistageDIRNet
from echoweave.registration.networks.svf import StationaryVelocityField
from echoweave.registration.settings import ModelSettings

ARCHITECTURES: dict[str, Callable[[ModelSettings], nn.Module]] = {
    "dirnet": lambda settings: DIRNet(settings.grid_spacing_px, settings.kernels),
    "dirnet-multistage": lambda settings: MultistageDIRNet(
        settings.grid_spacing_px, settings.kernels
    ),
    "svf": lambda settings: StationaryVelocityField(settings.kernels),
    "dual-encoder": lambda settings: FrameDualEncoder(settings.kernels),
}


def build_network(settings: ModelSettings, source: str) -> nn.Module:
    """Return an untrained network: float [N, 2, Y, X] pairs to float32 [N, 2, Y, X] fields.

    Args:
        settings: Names the architecture, and whether an affine stage comes first.
        source: Where the settings stand, for the error.

    Raises:
        InputError: There is no such architecture.
    """
    if settings.architecture not in ARCHITECTURES:
        raise InputError(
            Problem(
                source,
                "architecture",
                f"there is no architecture {settings.architecture!r}",
                f"choose one of {', '.join(ARCHITECTURES)}",
            )
        )
    network = ARCHITECTURES[settings.architecture](settings)
    return AffineFirst(network, settings.kernels) if settings.affine_first else network
