"""What a scanner shows: tissue in Hounsfield units, its texture, contrast, and noise that stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from echoweave.learn2reg.greys import LOWEST_HU
from echoweave.phantom.learn2reg.anatomy import (
    DISC_MM,
    VERTEBRA_MM,
    Depth,
    Places,
    body_depths,
    bone_depths,
    diaphragm_height,
    gas_depth,
    heart_depth,
    muscle_depth,
)
from echoweave.phantom.learn2reg.texture import Texture

AIR, _FAT, _MUSCLE, _LUNG, _BONE, _MARROW, _DISC = -1000, -100, 55, -820, 420, 190, 85
# Without contrast, what contrast adds in the portal venous phase, and how strong the texture is.
_ORGANS: Mapping[int, tuple[float, float, float]] = {
    1: (48, 72, 6),
    2: (34, 150, 10),
    3: (34, 150, 10),
    4: (8, 0, 3),
    5: (40, 25, 8),
    6: (56, 52, 9),
    7: (36, 12, 14),
    8: (42, 125, 4),
    9: (40, 85, 8),
    10: (42, 125, 5),
    11: (40, 52, 14),
    12: (32, 45, 6),
    13: (32, 45, 6),
}
# How grey values of organs differ between people beyond contrast, in HU.
_PEOPLE_HU = 5.0


@dataclass(frozen=True)
class Appearance:
    """How one scan looks.

    Attributes:
        contrast: How much of the contrast of the portal venous phase there is.
        organs: HU to add to each organ.
        noise: Standard deviation of the noise, in HU.
        texture: Its patterns in the template.
    """

    contrast: float
    organs: Mapping[int, float]
    noise: float
    texture: Texture

    @classmethod
    def draw(
        cls, rng: np.random.Generator, shared: Texture, sides_mm: NDArray[np.float64]
    ) -> "Appearance":
        """Draw a scan of a person whose texture partly is that of all."""
        own = Texture.draw(rng, shared.fine.shape, sides_mm)
        return cls(
            contrast=rng.uniform(0.65, 1.2),
            organs={label: rng.normal(0, _PEOPLE_HU) for label in _ORGANS},
            noise=rng.uniform(8, 20),
            texture=shared.mixed_with(own),
        )


def scan_abdomen(
    places: Places,
    organs: Mapping[int, Depth],
    lesion: Depth | None,
    texture: Texture,
    look: Appearance,
    spacing: tuple[float, float, float],
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """Return what a scanner shows of the template's places, in HU.

    Args:
        places: float32 [3, Z, Y, X] in mm, the template's at each voxel of the scan.
        organs: Depths there, those that lie over others last.
        lesion: The depth in a tumour.
        texture: The scan's patterns there.
        look: Contrast, noise and so on.
        spacing: (sz, sy, sx) of the scan in mm: voxels on a border show both sides.
        rng: Random numbers of the noise.

    Returns:
        int16 [Z, Y, X].
    """
    lay = partial(_lay, float(np.mean(spacing)))
    grain = 0.7 * texture.fine + 0.7 * texture.coarse
    body = body_depths(places)
    image = np.full(places.shape[1:], AIR, np.float32)
    image = lay(image, body["skin"], _FAT + 8 * grain)
    image = lay(image, np.minimum(body["wall"], 14 - body["wall"]), _MUSCLE + 10 * grain)
    image = lay(image, body["wall"] - 14, _FAT + 10 * grain)
    image = lay(image, *_bowel(places, body["cavity"], texture))
    image = lay(image, muscle_depth(places), _MUSCLE + 10 * grain)
    image = lay(image, np.minimum(body["cavity"], diaphragm_height(places)), _LUNG + 30 * grain)
    image = lay(image, heart_depth(places), 45 + 90 * look.contrast + 6 * grain)
    bones = bone_depths(places)
    image = lay(image, np.maximum(bones["ribs"], bones["pelvis"]), _BONE)
    image = lay(image, bones["pelvis"] - 5, _MARROW + 25 * grain)
    image = lay(image, bones["spine"], _vertebrae(places, bones["spine"]) + 25 * grain)
    image = lay(image, bones["canal"], 25)
    for label, depth in organs.items():
        plain, enhanced, rough = _ORGANS[label]
        value = plain + look.contrast * enhanced + look.organs[label] + rough * grain
        if label in (2, 3):
            value = value + look.contrast * _medulla(depth)
        image = lay(image, depth, value)
        if label == 7:
            image = lay(image, gas_depth(places), AIR)
    if lesion is not None:
        image = lay(image, lesion, 30 + 12 * grain)
    noise = gaussian_filter(rng.normal(size=image.shape), 0.5)
    image += (look.noise / noise.std() * noise).astype(np.float32)
    return np.clip(np.rint(image), LOWEST_HU, 3071).astype(np.int16)


def _lay(
    edge: float, below: NDArray[np.float32], depth: Depth, value: NDArray[np.floating] | float
) -> NDArray[np.float32]:
    """Return an image with ``value`` where there is depth; on an ``edge`` of that width, both."""
    share = np.clip(0.5 + depth / np.float32(edge), 0, 1)
    laid: NDArray[np.float32] = below + share * (value - below)
    return laid


def _bowel(places: Places, cavity: Depth, texture: Texture) -> tuple[Depth, NDArray[np.float32]]:
    """Return the depth in the lower cavity, and what loops, gas and fat show there."""
    z, y, _ = places
    depth = np.minimum(np.minimum(cavity - 4, 28 - z), 38 - y)
    loops = texture.fine + 0.6 * texture.coarse
    value = np.where(loops > 1.3, np.float32(-600), np.clip(150 * loops + 20, _FAT, 42))
    return depth, value.astype(np.float32)


def _vertebrae(places: Places, depth: Depth) -> NDArray[np.float32]:
    """Return spongy bone with a hard shell, and discs between the bodies of vertebrae."""
    bone = np.where(depth < 4, np.float32(_BONE), np.float32(_MARROW))
    disc = np.mod(places[0], VERTEBRA_MM) < DISC_MM
    value: NDArray[np.float32] = np.where(disc & (places[1] < 97), np.float32(_DISC), bone)
    return value


def _medulla(depth: Depth) -> NDArray[np.float32]:
    """Return what the middle of a kidney lacks of the contrast of its cortex, in HU."""
    lack: NDArray[np.float32] = -4 * np.clip(depth - 8, 0, 15)
    return lack
