from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
import torch

from echoweave.errors import InputError
from echoweave.training import TrainingLoop, check_finite


@dataclass
class Course:
    iterations: int = 12
    validate_every: int = 4
    learning_rate: float = 0.01
    schedule: Literal["constant", "cosine"] = "cosine"


class Weight(torch.nn.Module):
    """One weight, from 2; its loss is (w - 1)^2."""

    def __init__(self) -> None:
        super().__init__()
        self.value = torch.nn.Parameter(torch.tensor(2.0))

    def loss(self) -> torch.Tensor:
        return (self.value - 1) ** 2


def run(folder: Path, course: Course, weight: Weight) -> tuple[list[float], Any]:
    """Train by plain gradient descent; return the learning rates that were used, too."""
    optimiser = torch.optim.SGD(weight.parameters(), course.learning_rate)
    rates: list[float] = []

    def losses(iteration: int) -> dict[str, torch.Tensor]:
        rates.append(optimiser.param_groups[0]["lr"])
        return {"loss": weight.loss()}

    def validate(iteration: int) -> dict[str, Any]:
        return {"iteration": iteration, "split": "validation", "loss": weight.loss().item()}

    loop = TrainingLoop(weight, optimiser, course, losses, validate)
    return rates, loop.run(folder / "state.pt", folder / "events", "ours", "models", "weight")


def test_the_rate_falls_along_a_cosine_or_stays(tmp_path: Path) -> None:
    rates, _ = run(tmp_path, Course(), Weight())
    assert [rates[at] for at in (0, 6, 11)] == pytest.approx([0.01, 0.005, 0.00017037], rel=1e-3)
    rates, _ = run(tmp_path / "other", Course(schedule="constant"), Weight())
    assert set(rates) == {0.01}


def test_the_weights_of_the_lowest_validation_loss_are_kept(tmp_path: Path) -> None:
    """A rate of .5 leads from 2 to 1 at once, and there it stays."""
    _, state = run(tmp_path, Course(learning_rate=0.5, schedule="constant"), Weight())
    assert [row["iteration"] for row in state.rows] == [0, 4, 4, 8, 8, 12, 12]
    assert (state.best_iteration, state.best_loss) == (4, 0)
    assert state.best["value"].item() == 1


def test_weights_that_only_get_worse_are_kept_as_they_were(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A rate of 1.1 multiplies the distance from 1 by -1.2 each time."""
    _, state = run(tmp_path, Course(learning_rate=1.1, schedule="constant"), Weight())
    assert (state.best_iteration, state.best_loss) == (0, 1)
    assert state.best["value"].item() == 2
    assert "nothing was learnt: the validation loss is 1 before the training and" in caplog.text


def test_a_finished_training_computes_nothing_again(tmp_path: Path) -> None:
    _, before = run(tmp_path, Course(), Weight())

    class Idle(Weight):
        def loss(self) -> torch.Tensor:
            raise AssertionError("computed")

    rates, again = run(tmp_path, Course(), Idle())
    assert rates == []
    assert again.rows == before.rows


def test_a_training_that_diverges_names_its_section(tmp_path: Path) -> None:
    """Each step multiplies the distance from 1 by 1 - 2e30; the square of 2e30 is no float32."""
    with pytest.raises(InputError) as caught:
        run(tmp_path, Course(learning_rate=1e30, schedule="constant"), Weight())
    assert str(caught.value) == (
        "config: models.learning_rate: the training of weight diverges: the loss is inf in "
        "iteration 2; lower it from 1e+30, or the weights of the loss"
    )


@pytest.mark.parametrize("loss", ["nan", "inf", "-inf"])
def test_a_loss_that_is_not_finite_never_reaches_the_weights(loss: str) -> None:
    with pytest.raises(FloatingPointError, match=f"^the loss is {loss}$"):
        check_finite("the loss", torch.tensor(1.0), torch.tensor(float(loss)))
