"""nnU-Net's place in the wing: its data set, and where its files lie.

Rules import this module while they are parsed: it needs neither torch nor nnU-Net.
"""

from echoweave.segmentation.arm import Arm

NOISY_ARM = Arm(
    "noisy", 590, "", "manual", "volumes", "nnU-Net, abdomen", "#0072B2", data_set="Abdomen"
)
NOISY_CONFIGURATION = "3d_fullres"
# The only split: the target's choosing cases validate.
NOISY_FOLD = 0
