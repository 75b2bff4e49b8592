from dataclasses import asdict

import pytest

from echoweave.errors import InputError
from echoweave.registration.settings import ModelSettings


def test_missing_and_unknown_keys_are_named_together(settings: ModelSettings) -> None:
    values = {key: value for key, value in asdict(settings).items() if key != "kernels"}
    with pytest.raises(InputError) as caught:
        ModelSettings.from_config(values | {"kernel": 3}, "registration.models.dirnet")
    assert [problem.key for problem in caught.value.problems] == ["kernels", "kernel"]
    assert caught.value.problems[0].file == "registration.models.dirnet"
