"""The dual encoder for pairs of frames, as the other networks of the echo take them."""

from torch import Tensor, nn

from echoweave.registration.networks.dual_encoder import DualEncoder

# Features of each level over those at full resolution.
_LEVELS = (1, 2, 4, 8, 16)


class FrameDualEncoder(nn.Module):
    """A dual encoder in 2-D whose head is a velocity for every two pixels, so nothing folds."""

    def __init__(self, kernels: int) -> None:
        """Build the layers, with ``kernels`` features at full resolution, twice as many below."""
        super().__init__()
        self.network = DualEncoder(2, 1, [kernels * n for n in _LEVELS], head="svf")

    def forward(self, pairs: Tensor) -> Tensor:
        """Return the field of each pair.

        Args:
            pairs: float [N, 2, Y, X], fixed and moving; any Y and X.

        Returns:
            float32 [N, 2, Y, X] in pixels, (dy, dx), fixed -> moving.
        """
        field: Tensor = self.network(pairs[:, :1], pairs[:, 1:])
        return field
