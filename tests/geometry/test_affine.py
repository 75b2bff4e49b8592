import pytest
import torch

from echoweave.geometry.affine import affine_field


def field_of(matrix, shape):
    return affine_field(torch.tensor([matrix]), shape)[0]


def test_a_translation_is_the_same_everywhere() -> None:
    dy, dx = field_of([[0.0, 0.0, 1.5], [0.0, 0.0, -2.0]], (4, 6))
    assert (dy == 1.5).all()
    assert (dx == -2).all()


def test_the_field_of_a_matrix_by_hand() -> None:
    """5 rows and 3 columns, so the centre is pixel (2, 1).

    At pixel (4, 0), 2 rows below and 1 column left of it: dy = 0.5 * 2 + 0.1 * -1 + 3 = 3.9 and
    dx = -0.2 * 2 + 0.3 * -1 - 1 = -1.7.
    """
    field = field_of([[0.5, 0.1, 3.0], [-0.2, 0.3, -1.0]], (5, 3))
    assert field.shape == (2, 5, 3)
    assert field[:, 4, 0].tolist() == pytest.approx([3.9, -1.7])
    assert field[:, 2, 1].tolist() == pytest.approx([3, -1])


def test_an_even_side_has_its_centre_between_pixels() -> None:
    dy, _ = field_of([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], (4, 2))
    assert dy[:, 0].tolist() == [-1.5, -0.5, 0.5, 1.5]
