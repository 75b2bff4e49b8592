"""Real nnU-Nets, trained once for all tests of this folder."""

from collections.abc import Callable

import pytest

from .study import Study, write_study


@pytest.fixture
def make_study(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Study]:
    return lambda: write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The sparse 2-D and the dense 3-D arm, preprocessed; train nothing in here."""
    study = write_study(tmp_path_factory.mktemp("planned"))
    for arm in ("sparse2d", "dense3d"):
        study.write_raw(arm)
        study.plan(arm)
    return study


@pytest.fixture(scope="session")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The arms of labelled frames alone, preprocessed; train nothing in here but by a fixture."""
    study = write_study(tmp_path_factory.mktemp("weak"))
    study.write_raw("weak3d")
    study.plan("weak3d")
    return study


@pytest.fixture(scope="session")
def trained(planned: Study) -> Study:
    """Both arms trained in both folds, with the postprocessing chosen."""
    for arm in ("sparse2d", "dense3d"):
        for fold in (0, 1):
            planned.train(arm, fold)
        planned.select(arm)
    return planned
