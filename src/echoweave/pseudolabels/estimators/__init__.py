"""Motion estimators: a file each, named in ``registry.py``."""
