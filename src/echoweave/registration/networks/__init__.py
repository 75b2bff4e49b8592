"""Registration networks: a file each, named in ``registry.py``."""
