import pytest
import torch

from echoweave.segmentation.masking import hidden_places, hide_from, rebuilding_loss


def test_whole_frames_are_hidden_as_many_as_asked_for_rounded_half_up() -> None:
    # SimLVSeg: 0.6 of 32 frames are 19.2, so 19; 0.5 of 5 are 2.5, so 3.
    for n_frames, share, hidden in ((32, 0.6, 19), (5, 0.5, 3)):
        places = hidden_places((n_frames, 8, 6), share, "frame")
        assert places.shape == (n_frames, 8, 6)
        frames = places.all(dim=(1, 2))
        assert int(frames.sum()) == hidden
        assert torch.equal(frames, places.any(dim=(1, 2)))


def test_tubes_hide_the_same_squares_in_every_frame() -> None:
    places = hidden_places((4, 40, 32), 0.5, "tube")
    assert all(torch.equal(frame, places[0]) for frame in places)
    # 3 x 2 squares of 16 pixels, the last row cut to 8.
    squares = places[0, ::16, ::16]
    assert int(squares.sum()) == 3
    assert torch.equal(places[0, :16, :16], squares[0, 0].expand(16, 16))
    assert torch.equal(places[0, 32:, 16:], squares[2, 1].expand(8, 16))


def test_other_draws_hide_other_frames() -> None:
    torch.manual_seed(1)
    drawn = {tuple(hidden_places((8, 1, 1), 0.5, "frame").flatten().tolist()) for _ in range(20)}
    assert len(drawn) > 10


def test_what_is_hidden_is_as_dark_as_the_clip_gets() -> None:
    clips = torch.tensor([3.0, -1.0, 5.0, 7.0]).reshape(1, 1, 4, 1, 1)
    hidden = torch.tensor([True, False, False, True]).reshape(1, 1, 4, 1, 1)
    assert hide_from(clips, hidden).flatten().tolist() == [-1, -1, 5, -1]


def test_the_loss_is_the_mean_squared_difference_of_what_counts() -> None:
    clips = torch.zeros(1, 1, 2, 1, 2)
    rebuilt = torch.tensor([1.0, 1.0, 3.0, 3.0]).reshape(1, 1, 2, 1, 2)
    everything = torch.ones_like(clips, dtype=torch.bool)
    second = torch.tensor([False, True]).reshape(1, 1, 2, 1, 1).expand(1, 1, 2, 1, 2)
    assert rebuilding_loss(rebuilt, clips, everything).item() == pytest.approx(5)
    assert rebuilding_loss(rebuilt, clips, second).item() == pytest.approx(9)
