"""One encoder sees both images apart; a decoder sees how their features differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import group_norm, pad
from torch.utils.checkpoint import checkpoint

from echoweave.geometry.warp import resize_fields
from echoweave.registration.networks.heads import HEADS
from echoweave.registration.settings import HeadName, Norm


@dataclass(frozen=True)
class Fields:
    """The fields that a network finds for a batch of pairs, float32 [N, D, *shape] in pixels.

    Attributes:
        finest: The field of the last level: the answer.
        coarse: Those of the levels before it, the coarsest first, at full size; empty without deep
            supervision.
    """

    finest: Tensor
    coarse: tuple[Tensor, ...]


class DualEncoder(nn.Module):
    """A registration network of images or volumes (Estienne et al. 2020 and 2021).

    The same encoder runs on both images. At every level the features of the fixed image are
    subtracted from those of the moving one, and the differences go through a decoder with skips;
    swapped, they give the way back, for the price of the decoder alone. All heads start at zero, so
    untrained, nothing moves.

    A level is a strided convolution and ``down_convolutions`` 3-wide ones; on the way up, it is a
    strided transposed one and ``up_convolutions`` after the differences have joined. A head of any
    level makes a field at its own resolution (see :mod:`~echoweave.registration.networks.heads`),
    which is then brought to full size linearly.
    """

    def __init__(
        self,
        dims: int,
        in_channels: int,
        channels: Sequence[int],
        *,
        down_convolutions: Sequence[int] = (1, 2, 3, 2),
        up_convolutions: Sequence[int] = (2, 3, 2, 1),
        norm: Norm = "instance",
        head: HeadName = "cumsum",
        deep_supervision: bool = False,
        checkpointing: bool = False,
    ) -> None:
        """Build the layers.

        Args:
            dims: 2 for images, 3 for volumes.
            in_channels: Channels of an image.
            channels: Features of each level, from full resolution down; each next halves the sides.
            down_convolutions: 3-wide convolutions of each level below the first.
            up_convolutions: The same on the way up, from the coarsest.
            norm: What comes after each convolution below full resolution and on the way up.
            head: What the last layer means.
            deep_supervision: Give the coarser levels heads, too.
            checkpointing: Keep only what passes between levels for the gradient, and compute the
                rest again.

        Raises:
            ValueError: The numbers of convolutions are not one for each halving.
        """
        super().__init__()
        halvings = len(channels) - 1
        if not halvings == len(down_convolutions) == len(up_convolutions):
            raise ValueError(f"{halvings} halvings need as many numbers of convolutions")
        self.checkpointing = checkpointing
        self._multiple = 2**halvings
        self._to_field = HEADS[head]
        layers = _Layers(dims, norm)
        self.encoder = nn.ModuleList([_Entrance(layers, in_channels, channels[0])])
        for level, count in enumerate(down_convolutions):
            fine, coarse = channels[level : level + 2]
            self.encoder.append(
                nn.Sequential(*layers.halving(fine, coarse), *layers.chain(coarse, coarse, count))
            )
        upwards = list(reversed(channels))
        self.decoder = nn.ModuleList(
            _Ascent(layers, coarse, fine, count)
            for coarse, fine, count in zip(upwards[:-1], upwards[1:], up_convolutions, strict=True)
        )
        self.head = layers.head(channels[0])
        coarser = upwards[:-1] if deep_supervision else []
        self.coarse_heads = nn.ModuleList(layers.head(count) for count in coarser)
        self.to(memory_format=layers.memory_format)  # type: ignore[call-overload]

    def forward(self, fixed: Tensor, moving: Tensor) -> Tensor:
        """Return the field of each pair; the coarser heads are left out.

        Args:
            fixed: float [N, C, *shape], any size.
            moving: The same.

        Returns:
            float32 [N, D, *shape] in pixels, fixed -> moving.
        """
        # Not as a list: the features of a level are free once the next ones are there.
        for feature in self._features(self._differences(fixed, moving)):
            finest = feature
        return self._field(self.head, finest, fixed.shape[2:])

    def fields(self, fixed: Tensor, moving: Tensor) -> Fields:
        """Return the fields of all levels, of images as :meth:`forward` takes them."""
        return self._decoded(self._differences(fixed, moving), fixed.shape[2:])

    def both_ways(self, fixed: Tensor, moving: Tensor) -> tuple[Fields, Fields]:
        """Return the fields fixed -> moving and those back; each image is encoded once."""
        differences = self._differences(fixed, moving)
        there = self._decoded(list(differences), fixed.shape[2:])
        return there, self._decoded([-one for one in differences], fixed.shape[2:])

    def _differences(self, fixed: Tensor, moving: Tensor) -> list[Tensor]:
        """Return the moving features minus the fixed ones, from full resolution down."""
        differences = []
        fixed, moving = self._whole_cells(fixed), self._whole_cells(moving)
        for block in self.encoder:
            fixed = self._run(block, fixed)
            moving = self._run(block, moving)
            differences.append(moving - fixed)
        return differences

    def _features(self, differences: list[Tensor]) -> Iterator[Tensor]:
        """Yield the features of each level, from the coarsest up; empties ``differences``."""
        feature = differences.pop()
        yield feature
        for block in self.decoder:
            feature = self._run(block, feature, differences.pop())
            yield feature

    def _decoded(self, differences: list[Tensor], shape: Sequence[int]) -> Fields:
        """Return the fields of all levels; empties ``differences``."""
        *coarse, finest = self._features(differences)
        heads = zip(self.coarse_heads, coarse, strict=False)
        return Fields(
            self._field(self.head, finest, shape),
            tuple(self._field(head, feature, shape) for head, feature in heads),
        )

    def _field(self, head: nn.Module, feature: Tensor, shape: Sequence[int]) -> Tensor:
        """Return the field of a level, cropped to the images."""
        # Mixed precision would round displacements to a tenth of a pixel.
        with torch.autocast(feature.device.type, enabled=False):
            channels = head(feature.float()).contiguous()
            field = resize_fields(self._to_field(channels), self._padded(shape))
        for axis, side in enumerate(shape, start=2):
            field = field.narrow(axis, 0, side)
        return field

    def _whole_cells(self, image: Tensor) -> Tensor:
        """Repeat the far edges of an image until every level halves evenly."""
        shape = image.shape[2:]
        beyond = [after - side for after, side in zip(self._padded(shape), shape, strict=True)]
        return pad(image, [side for one in reversed(beyond) for side in (0, one)], mode="replicate")

    def _padded(self, shape: Sequence[int]) -> list[int]:
        """Return the sides that every level halves evenly; two pixels are left at the coarsest.

        One alone would be its own mean, and normalised to nothing.
        """
        return [max(-(-side // self._multiple), 2) * self._multiple for side in shape]

    def _run(self, block: nn.Module, *inputs: Tensor) -> Tensor:
        again = self.checkpointing and torch.is_grad_enabled()
        features: Tensor = (
            checkpoint(block, *inputs, use_reentrant=False) if again else block(*inputs)
        )
        return features


class _Layers:
    """The layers of a network of images or volumes."""

    def __init__(self, dims: int, norm: Norm) -> None:
        self.convolution = {2: nn.Conv2d, 3: nn.Conv3d}[dims]
        self.transposed = {2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}[dims]
        # The channels of a pixel beside each other: a third less memory, and convolved faster.
        self.memory_format = {2: torch.channels_last, 3: torch.channels_last_3d}[dims]
        self.norm, self.dims = norm, dims

    def after(self, channels: int) -> list[nn.Module]:
        """Return what follows a convolution."""
        norm = [_InstanceNorm()] if self.norm == "instance" else []
        return [*norm, nn.ReLU(inplace=True)]

    def chain(self, inputs: int, outputs: int, count: int) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for at in range(count):
            convolution = self.convolution(outputs if at else inputs, outputs, 3, padding=1)
            layers += [convolution, *self.after(outputs)]
        return layers

    def halving(self, inputs: int, outputs: int) -> list[nn.Module]:
        return [self.convolution(inputs, outputs, 2, stride=2), *self.after(outputs)]

    def doubling(self, inputs: int, outputs: int) -> list[nn.Module]:
        return [self.transposed(inputs, outputs, 2, stride=2), *self.after(outputs)]

    def head(self, inputs: int) -> nn.Module:
        head = self.convolution(inputs, self.dims, 3, padding=1)
        for parameter in head.parameters():
            nn.init.zeros_(parameter)
        return head


class _InstanceNorm(nn.Module):
    """Every channel to mean 0 and variance 1 (Ulyanov et al. 2016).

    As groups of one channel: that leaves the order in memory, unlike torch's own instance norm.
    """

    def forward(self, features: Tensor) -> Tensor:
        # It adds up in whole precision anyway; its result need not be kept so.
        with torch.autocast(features.device.type, enabled=False):
            return group_norm(features, features.shape[1])


class _Entrance(nn.Module):
    """Full resolution: two convolutions, without norm, the second on top of the first."""

    def __init__(self, layers: _Layers, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = layers.convolution(inputs, outputs, 3, padding=1)
        self.second = layers.convolution(outputs, outputs, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        first = torch.relu(self.first(image))
        return first + torch.relu(self.second(first))


class _Ascent(nn.Module):
    """A level on the way up: twice the sides, joined by the differences of its size."""

    def __init__(self, layers: _Layers, coarse: int, fine: int, count: int) -> None:
        super().__init__()
        self.doubling = nn.Sequential(*layers.doubling(coarse, fine))
        self.convolutions = nn.Sequential(*layers.chain(2 * fine, fine, count))

    def forward(self, feature: Tensor, difference: Tensor) -> Tensor:
        features = torch.cat((self.doubling(feature), difference), dim=1)
        # Not as a whole: what is joined is the largest, and free after the first of them.
        for layer in self.convolutions:
            features = layer(features)
        return features
