"""Write networks as ONNX, which runs without torch."""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch

from echoweave.io.atomic import whole_file


def write_onnx(network: torch.nn.Module, shape: Sequence[int], path: Path) -> None:
    """Write a network in evaluation mode; its input is called image, its output logits.

    Args:
        network: The network, on the CPU.
        shape: Of the one input that the file can take.
        path: The file.
    """
    image = torch.zeros(*shape)
    with warnings.catch_warnings(), whole_file(path) as temporary:
        # Of torch itself, about what torch itself does.
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        torch.onnx.export(
            network,
            (image,),
            temporary,
            input_names=["image"],
            output_names=["logits"],
            dynamo=True,
            external_data=False,
            verbose=False,
        )
