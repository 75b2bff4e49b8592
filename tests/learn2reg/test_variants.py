from echoweave.learn2reg.variants import PAIR_NETWORKS


def test_a_network_of_all_cohorts_learns_as_the_pretraining_says() -> None:
    assert {name: network.section for name, network in PAIR_NETWORKS.items()} == {
        "baseline": "learn2reg.training",
        "symmetric": "learn2reg.training",
        "pretraining-unsupervised": "learn2reg.pretraining",
        "pretraining-noisy": "learn2reg.pretraining",
        "pretrained": "learn2reg.training",
        "noisy-labels": "learn2reg.training",
    }
