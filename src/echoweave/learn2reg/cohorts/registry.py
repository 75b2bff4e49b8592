"""The cohorts of the wing by their names; a further one is a module and a line."""

from collections.abc import Mapping
from types import MappingProxyType

from echoweave.learn2reg.cohorts.form import VolumeForm
from echoweave.learn2reg.cohorts.kits import KITS
from echoweave.learn2reg.cohorts.msd import MSD
from echoweave.learn2reg.cohorts.task3 import TASK3
from echoweave.learn2reg.cohorts.tcia import TCIA

FORMS: Mapping[str, VolumeForm] = MappingProxyType(
    {form.name: form for form in (TASK3, *MSD, KITS, TCIA)}
)
# The cohort whose pairs are measured.
TARGET = TASK3.name
