import pytest

from echoweave.datasets.camus import CAMUS
from echoweave.datasets.registry import DATASETS, dataset_of
from echoweave.errors import InputError


def test_each_data_set_is_found_by_the_name_of_its_section() -> None:
    assert dataset_of({"dataset": "camus", "camus": {"root": "x"}}) is CAMUS
    assert all(name == dataset.name for name, dataset in DATASETS.items())


def test_an_unknown_data_set_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"data.dataset: there is no data set 'kamus'.*camus"):
        dataset_of({"dataset": "kamus"})


def test_a_data_set_without_its_section_is_refused() -> None:
    with pytest.raises(InputError, match=r"data.camus: the section is missing"):
        dataset_of({"dataset": "camus"})
