"""Names of the tables, and how they write those of arms, estimators and structures.

Rules import this module while they are parsed: it needs nothing slow.
"""

from collections.abc import Mapping
from types import MappingProxyType

from echoweave.segmentation.arms import ARMS

TABLES = (
    *("table1", "table2", "labelled_frames", "between_labels", "strata"),
    *("ejection_fraction", "function", "beats", "pseudolabels"),
    *("smoothness", "consistency", "tests", "configurations"),
)

NAMES: Mapping[str, str] = MappingProxyType(
    {
        **{name: arm.title for name, arm in ARMS.items()},
        "forward": "forward",
        "backward": "backward",
        "fused": "bidirectional",
        "cavity": "LV cavity",
        "myocardium": "LV myocardium",
        "epi": "LV epi",
        "atrium": "left atrium",
        "still": "still",
        "farneback": "Farnebäck",
        "dis": "DIS",
        "dirnet": "DIRNet",
        "dirnet-multistage": "DIRNet multistage",
        "dirnet-supervised": "DIRNet supervised",
        "dirnet-noisy": "DIRNet, noisy labels",
        "svf": "SVF",
        "dual-encoder": "dual encoder",
        # Variants of the abdominal registration; each adds something to the one before.
        "pretraining-unsupervised": "pretraining, no labels",
        "pretraining-noisy": "pretraining, noisy labels",
        "symmetric": "+ symmetric",
        "pretrained": "+ pretrained",
        "noisy-labels": "+ noisy labels",
        "refined": "+ instance refinement",
    }
)


def display_name(name: str) -> str:
    """Return the name for readers, or ``name`` itself if there is none."""
    return NAMES.get(name, name)
