from echoweave.segmentation.settings import TrainingSettings, learning, running

from .study import TRAINING


def test_every_key_is_either_of_what_is_learnt_or_of_how_it_runs() -> None:
    assert running(TRAINING) == {"save_every": 1, "augmentation_workers": 0}
    assert learning(TRAINING) | running(TRAINING) == TRAINING
    assert not learning(TRAINING).keys() & running(TRAINING).keys()


def test_a_checkpoint_is_known_by_what_is_learnt() -> None:
    assert TrainingSettings(**TRAINING).identity == learning(TRAINING)
