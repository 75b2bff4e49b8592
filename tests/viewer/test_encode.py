import base64
import io

import numpy as np
from PIL import Image

from echoweave.viewer.encode import encode_frame


def test_a_frame_comes_back_nearly_as_it_was() -> None:
    ramp = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (64, 1))
    data = base64.b64decode(encode_frame(ramp).partition(",")[2])
    found = np.asarray(Image.open(io.BytesIO(data)).convert("L")).astype(float)
    assert np.abs(found - ramp).mean() < 3
