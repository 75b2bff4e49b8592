import torch

from echoweave.registration.networks.multistage import MultistageDIRNet


def shift(network: MultistageDIRNet, stage: int, dy: float, dx: float) -> None:
    with torch.no_grad():
        network.stages[stage].layers[-1].bias.copy_(torch.tensor([dy, dx]))


def test_the_grid_gets_finer_from_stage_to_stage() -> None:
    assert [stage.spacing for stage in MultistageDIRNet(8, 4).stages] == [32, 16, 8]


def test_untrained_nothing_moves() -> None:
    assert not MultistageDIRNet(8, 4)(torch.rand(1, 2, 40, 32)).any()


def test_what_the_stages_find_adds_up() -> None:
    network = MultistageDIRNet(4, 4)
    for stage, (dy, dx) in enumerate([(4, 0), (-1, 2), (0.5, 0)]):
        shift(network, stage, dy, dx)
    field = network(torch.rand(1, 2, 32, 32))
    expected = torch.tensor([3.5, 2.0]).reshape(1, 2, 1, 1).expand_as(field)
    torch.testing.assert_close(field, expected)


def test_a_later_stage_sees_the_image_as_warped_before() -> None:
    network = MultistageDIRNet(4, 4)
    shift(network, 0, 3, 0)
    seen = []
    network.stages[1].register_forward_hook(lambda module, args, result: seen.append(args[0]))
    pairs = torch.rand(1, 2, 32, 32)
    network(pairs)
    torch.testing.assert_close(seen[0][:, :1], pairs[:, :1])
    torch.testing.assert_close(seen[0][:, 1:, :-3], pairs[:, 1:, 3:], atol=1e-4, rtol=0)
