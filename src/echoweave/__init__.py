"""EchoWeave: temporally consistent segmentations from sparsely labelled echocardiograms."""

from importlib.metadata import version

__version__ = version("echoweave")
