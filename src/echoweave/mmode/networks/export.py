"""Write trained networks of strips as ONNX, compared with torch."""

from pathlib import Path

import numpy as np
import torch

from echoweave.bundles.networks import open_network
from echoweave.errors import InputError, Problem
from echoweave.io.onnx import write_onnx
from echoweave.mmode.networks.checkpoint import WindowCheckpoint, load_window_network
from echoweave.mmode.networks.tasks import WindowTask

# Of the logits, for any picture.
_MOST_DIFFERENCE = 1e-4


def export_window_network(model: Path, task: WindowTask, path: Path) -> WindowCheckpoint:
    """Write the network of a checkpoint as ONNX and return the checkpoint.

    Args:
        model: A checkpoint of the training.
        task: What the network is asked.
        path: The file.

    Raises:
        InputError: The checkpoint is none of that network, or onnxruntime finds other logits than
            torch.
    """
    network, checkpoint = load_window_network(model, task)
    size = checkpoint.settings.size
    write_onnx(network, (1, 1, size, size), path)
    picture = np.random.default_rng(1).integers(0, 256, (1, size, size), np.uint8)
    image = task.scale(picture)
    with torch.no_grad():
        expected = network(image).numpy()
    (found,) = open_network(path, threads=1).run(None, {"image": image.numpy()})
    difference = float(np.abs(found - expected).max())
    if not difference <= _MOST_DIFFERENCE * max(1.0, float(np.abs(expected).max())):
        what = f"onnxruntime finds logits that differ from torch's by {difference:g}"
        raise InputError(Problem(str(model), "", what, "train again; if that fails, report it"))
    return checkpoint
