import torch

from echoweave.mmode.networks.window_classifier import WindowClassifier


def test_it_has_the_parameters_of_the_original() -> None:
    assert sum(one.numel() for one in WindowClassifier().parameters()) == 743_873
    convolutions = [one for one in WindowClassifier().blocks if isinstance(one, torch.nn.Conv2d)]
    assert [one.out_channels for one in convolutions] == [64, 128, 256, 128, 64]
    assert WindowClassifier().head.in_features == 8 * 8 * 64


def test_a_window_has_one_logit() -> None:
    with torch.no_grad():
        assert WindowClassifier(64).eval()(torch.zeros(3, 1, 64, 64)).shape == (3,)
