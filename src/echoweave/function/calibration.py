"""How wrong a fold is on training patients whom it has not seen: what intervals are made of."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.evaluation.beats import SHORTEST_BEAT_S, find_beats
from echoweave.evaluation.chamber import Chamber
from echoweave.evaluation.volumes import Views, measure_beat
from echoweave.function.beats import smooth_areas
from echoweave.function.curves import find_chambers
from echoweave.function.intervals import CALIBRATED, VOLUMES
from echoweave.geometry.overlap import structure_dice
from echoweave.inference.doubt import clip_doubt, expected_loss
from echoweave.inference.segmenter import Segmentation
from echoweave.io.cache import EchoSequence
from echoweave.labels import LABEL_NAMES, parts_of, structure_mask
from echoweave.units import UNITS, Units

_BIPLANE = "biplane"
