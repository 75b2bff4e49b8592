"""nnU-Net's place in the wing: its data set, and where its files lie.

Rules import this module while they are parsed: it needs neither torch nor nnU-Net.
"""

from echoweave.segmentation.arm import Arm

# Its cases are windows, "frames" of one channel.
MMODE_ARM = Arm(
    "mmode", 580, "", "manual", "frames", "nnU-Net, M-mode", "#0072B2", data_set="MMode"
)
# There is one split by animal, for both kinds of network.
MMODE_FOLD = 0
