"""A bundle whose networks take what is bright for the cavity: their labels are known by hand."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from echoweave.io.checksums import sha256

# Of the normalised grey value: what is brighter is cavity.
THRESHOLD = 1.0


def write_bright_bundle(
    folder: Path,
    window: Sequence[int] = (64, 64),
    thresholds: Sequence[float] = (THRESHOLD, THRESHOLD),
    **changes: Any,
) -> Path:
    """Write a bundle with one fold a threshold; ``changes`` replace parts of bundle.json."""
    folder.mkdir(parents=True)
    names = [f"2d_{fold}.onnx" for fold in range(len(thresholds))]
    for name, threshold in zip(names, thresholds, strict=True):
        _write_network(folder / name, window, threshold)
    network = {"configuration": "2d", "spacing": [1.0, 1.0], "window": list(window), "files": names}
    content = {
        "echoweave_bundle": 1,
        "name": "bright",
        "title": "What is bright",
        "data_set": "Nothing",
        "licence": "MIT",
        "label_values": [0, 1],
        "unit": "mm",
        "sees": "frames" if len(window) == 2 else "sequences",
        "networks": [network],
        "picture": [64.0, 64.0],
        "keep_largest": [[1]],
        "folds": list(range(len(thresholds))),
        "training_patients": ["patient0001"],
        "agreement": 1.0,
        "digests": {},
        "versions": {},
        # Half of an interval is the 19th of 20 scores times the doubt.
        "calibration": {
            name: {"scores": [float(one) for one in range(1, 21)], "growth": 1, "together": 1}
            for name in ("ef_percent", "edv")
        },
        "files": {name: sha256(folder / name) for name in names},
    }
    (folder / "bundle.json").write_text(json.dumps(content | changes))
    return folder


def _write_network(path: Path, window: Sequence[int], threshold: float) -> None:
    """Write logits 0 and 20 (x - threshold)."""
    weights = np.array([0, 20], np.float32).reshape(2, 1, *[1] * len(window))
    bias = np.array([0, -20 * threshold], np.float32)
    parts = [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")]
    node = helper.make_node("Conv", ["image", "weights", "bias"], ["logits"])
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, *window])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 2, *window])
    graph = helper.make_graph([node], "bright", [image], [logits], parts)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)
