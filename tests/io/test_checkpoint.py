from pathlib import Path

import pytest
import torch

from echoweave.errors import InputError
from echoweave.io.checkpoint import load_safely


def test_a_changed_byte_of_the_weights_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save({"weights": torch.arange(100.0)}, path)
    assert load_safely(path, "delete it")["weights"][99] == 99
    content = bytearray(path.read_bytes())
    content[content.index(torch.tensor([99.0]).numpy().tobytes())] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"model\.pt: not a readable checkpoint; delete it"):
        load_safely(path, "delete it")
