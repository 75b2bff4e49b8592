"""The network of pairs of volumes: the dual encoder, on volumes that may be shrunk before."""

from torch import Tensor, nn
from torch.nn.functional import interpolate

from echoweave.geometry.warp import resize_fields
from echoweave.learn2reg.settings import PairModelSettings
from echoweave.registration.networks.dual_encoder import DualEncoder, Fields

_AXES = 3


class PairNetwork(nn.Module):
    """Finds the fields of pairs; untrained, nothing moves.

    Volumes of a half of the sides have an eighth of the voxels: a step costs that much less time
    and memory, and what is left is as smooth as displacements of organs are.

    Args:
        settings: How it is built.
    """

    def __init__(self, settings: PairModelSettings) -> None:
        super().__init__()
        self.shrink = settings.shrink
        self.encoder = DualEncoder(
            _AXES,
            len(settings.windows),
            settings.channels,
            down_convolutions=settings.down_convolutions,
            up_convolutions=settings.up_convolutions,
            norm=settings.norm,
            head=settings.head,
            deep_supervision=settings.deep_supervision,
        )

    def forward(self, fixed: Tensor, moving: Tensor) -> Tensor:
        """Return the field of each pair.

        Args:
            fixed: float [N, C, Z, Y, X], any size.
            moving: The same.

        Returns:
            float32 [N, 3, Z, Y, X] in voxels, fixed -> moving.
        """
        dvf: Tensor = self.encoder(self._small(fixed), self._small(moving))
        return resize_fields(dvf, fixed.shape[2:])

    def fields(self, fixed: Tensor, moving: Tensor) -> Fields:
        """Return the fields of all levels, of volumes as :meth:`forward` takes them."""
        return _resized(self.encoder.fields(self._small(fixed), self._small(moving)), fixed)

    def both_ways(self, fixed: Tensor, moving: Tensor) -> tuple[Fields, Fields]:
        """Return the fields fixed -> moving and those back; each volume is encoded once."""
        there, back = self.encoder.both_ways(self._small(fixed), self._small(moving))
        return _resized(there, fixed), _resized(back, fixed)

    def _small(self, volumes: Tensor) -> Tensor:
        """Return means over blocks of voxels."""
        if self.shrink == 1:
            return volumes
        return interpolate(
            volumes, [-(-side // self.shrink) for side in volumes.shape[2:]], mode="area"
        )


def _resized(fields: Fields, volumes: Tensor) -> Fields:
    """Return the fields at the size of ``volumes``."""
    shape = volumes.shape[2:]
    coarse = tuple(resize_fields(level, shape) for level in fields.coarse)
    return Fields(resize_fields(fields.finest, shape), coarse)
