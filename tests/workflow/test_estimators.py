"""A model of registration.models that is listed goes through every stage of the others."""

import pytest

from tests.workflow.project import Project

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize("model", ["dirnet-supervised", "dirnet-multistage", "svf"])
def test_a_listed_model_is_trained_carried_measured_and_tabled(study: Project, model: str) -> None:
    planned = study.planned(
        "all", config={"pseudolabels": {"estimators": ["still", "dirnet", model]}}
    )
    assert planned["train_registration"] == 1
    for bucket in (0, 1):
        assert planned[f"generate_pseudolabels_{model}_{bucket}"] == 1
    assert planned["merge_quality"] == planned["measure_pseudolabels"] == 1
    assert planned["make_tables"] == planned["draw_estimators"] == 1
    assert not any(rule.startswith("train_fold") for rule in planned), "the one in use is the same"
