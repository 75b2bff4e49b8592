"""A bundle for strips whose networks are known by hand: what is dark is lumen."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from echoweave.io.checksums import sha256

# Grey values below are lumen; windows that are brighter in the mean are good.
LUMEN_BELOW, GOOD_ABOVE = 100, 60


def write_dark_bundle(
    folder: Path, size: int = 64, judges: bool = True, threshold: float = 0.5, **changes: Any
) -> Path:
    """Write a bundle; ``changes`` replace parts of bundle.json."""
    folder.mkdir(parents=True)
    _write_lumen(folder / "quicknat.onnx", size)
    if judges:
        _write_judge(folder / "quality.onnx", size)
    content = {
        "echoweave_mmode_bundle": 1,
        "network": {
            "kind": "quicknat",
            "file": "quicknat.onnx",
            "size": size,
            "input": [size, size],
        },
        "quality": {"file": "quality.onnx", "size": size, "threshold": threshold}
        if judges
        else None,
        "species": "mouse",
        "windows": [1.0],
        "data_set": "Nothing",
        "licence": "MIT",
        "training_animals": ["a"],
        "measures": {"dice": 0.9},
        "digests": {},
        "versions": {},
        "files": {path.name: sha256(path) for path in sorted(folder.iterdir())},
    }
    (folder / "bundle.json").write_text(json.dumps(content | changes))
    return folder


def _write_lumen(path: Path, size: int) -> None:
    """Write logits 100 (LUMEN_BELOW / 255 - x)."""
    parts = _constants(factor=[-100], offset=[100 * LUMEN_BELOW / 255])
    nodes = [
        helper.make_node("Mul", ["image", "factor"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["logits"]),
    ]
    _save(path, nodes, parts, size, [1, 1, size, size])


def _write_judge(path: Path, size: int) -> None:
    """Write logits 100 (mean of x - GOOD_ABOVE of the classifier's scale)."""
    parts = _constants(factor=[100], offset=[-100 * (GOOD_ABOVE / 127.5 - 1)])
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "factor"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["logits"]),
    ]
    _save(path, nodes, parts, size, [1])


def _constants(**values: Sequence[float]) -> list[TensorProto]:
    return [
        numpy_helper.from_array(np.array(value, np.float32), name) for name, value in values.items()
    ]


def _save(
    path: Path,
    nodes: list[NodeProto],
    parts: list[TensorProto],
    size: int,
    shape: Sequence[int],
) -> None:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, size, size])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "dark", [image], [logits], parts)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)
