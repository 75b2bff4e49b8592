from echoweave.report.jobs import jobs_by_rule

VALUES = {"arm": ["sparse2d", "dense3d"], "fold": range(2)}
TRAINED = {"sparse2d": ("2d",), "dense3d": ("2d", "3d_fullres")}


def test_every_combination_of_wildcards_is_a_job() -> None:
    assert jobs_by_rule({"measure": "measure/{arm}_{fold}"}, VALUES, TRAINED) == {
        "measure": [
            "measure/sparse2d_0",
            "measure/sparse2d_1",
            "measure/dense3d_0",
            "measure/dense3d_1",
        ]
    }


def test_a_rule_without_wildcards_is_one_job() -> None:
    assert jobs_by_rule({"pair_ted": "pair_ted"}, VALUES, TRAINED) == {"pair_ted": ["pair_ted"]}


def test_buckets_count_as_one_rule() -> None:
    names = {"predict_0": "predict/{arm}_0", "predict_13": "predict/{arm}_13"}
    assert jobs_by_rule(names, {"arm": ["sparse2d"]}, TRAINED) == {
        "predict": ["predict/sparse2d_0", "predict/sparse2d_13"]
    }


def test_each_arm_trains_its_own_configurations() -> None:
    names = {f"train_fold_{arm}": f"{arm}_{{configuration}}_{{fold}}" for arm in TRAINED}
    assert jobs_by_rule(names, {"fold": [0]}, TRAINED) == {
        "train_fold_sparse2d": ["sparse2d_2d_0"],
        "train_fold_dense3d": ["dense3d_2d_0", "dense3d_3d_fullres_0"],
    }


def test_a_wildcard_without_values_has_no_job() -> None:
    names = {"train_registration": "train_registration/{model}"}
    assert jobs_by_rule(names, {"model": []}, TRAINED) == {"train_registration": []}
