from typing import Any

import pytest
import torch

from echoweave.learn2reg.crops import PairBatch
from echoweave.learn2reg.network import PairNetwork
from echoweave.learn2reg.objective import pair_losses
from echoweave.learn2reg.organs import N_ORGAN_LABELS
from echoweave.learn2reg.settings import PairModelSettings, PairTrainingSettings
from tests.learn2reg.test_train import MODEL, TRAINING

SHAPE = (8, 8, 8)


def losses_of(shift: float, **changes: Any) -> dict[str, torch.Tensor]:
    """Return those of a pair without labels that the network moves by ``shift`` along each axis."""
    model = MODEL | {"head": "displacement", "deep_supervision": False}
    network = PairNetwork(PairModelSettings.from_config(model, "learn2reg.network"))
    with torch.no_grad():
        network.encoder.head.bias.fill_(shift)
    fixed, moving = torch.rand(2, 1, 1, *SHAPE, generator=torch.Generator().manual_seed(1))
    none = torch.zeros(1, *SHAPE, dtype=torch.uint8)
    batch = PairBatch(fixed, moving, none, none, torch.zeros(1, N_ORGAN_LABELS, dtype=torch.bool))
    settings = PairTrainingSettings.from_config(TRAINING | changes, "learn2reg.training")
    return pair_losses(network, batch, settings, False)[0]


@pytest.mark.parametrize("similarity", ["mse", "ncc", "local-ncc"])
def test_fields_that_lead_out_of_the_crop_everywhere_are_no_success(similarity: str) -> None:
    """Nothing is left to compare: without a word the best of all similarities would be found."""
    assert losses_of(6, similarity=similarity)["similarity"] != 0
    with pytest.raises(FloatingPointError, match="every displacement leads out of the crop"):
        losses_of(8, similarity=similarity)
