"""What tells two trainings of registration networks apart."""

import hashlib
from pathlib import Path

from echoweave.imports import code_digest
from echoweave.registration.pairs import PreparedSequence
from echoweave.registration.settings import ModelSettings


def fingerprint(
    settings: ModelSettings,
    seed: int,
    training: list[PreparedSequence],
    validation: list[PreparedSequence],
) -> str:
    """Return what tells two trainings apart: settings, seed, code, patients, frames, masks."""
    code = code_digest(Path(__file__).with_name("train.py"))
    digest = hashlib.sha256(repr((settings, seed, code)).encode())
    for role in (training, validation):
        digest.update(b"role")
        for clip in role:
            digest.update(f"{clip.name} {clip.frames.shape} {clip.ed} {clip.es}".encode())
            digest.update(clip.frames.tobytes())
            for labels in (clip.labels, clip.noisy_labels):
                digest.update(b"" if labels is None else labels.tobytes())
    return digest.hexdigest()
