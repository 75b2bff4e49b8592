"""What noisy labels and a dual encoder bring the registration of echo over a plain DIRNet.

Usage: python benchmarks/noisy_echo.py OUT [--training N] [--held-out N] [--iterations N]
                                       [--on-pairs N] [--seed N] [--clip FILE.npz]
                                       [--pairs FILE.npz]

`phantom`: the networks and the teacher learn on the first patients of a phantom (256x256 pixels),
and carry the masks of the others, one view each. `pairs`: real pairs of ED and ES in three groups,
each carried by networks that learnt on the other two. `clip`: a real clip, carried by the networks
of the phantom and by those of the pairs, these averaged. What a file holds is in
benchmarks/clip_files.py. `dirnet-noisy, true labels` learns from the truth of every frame instead:
no teacher could bring more. Settings are those of config/config.yaml but for what `quick` says in
benchmarks/pseudolabels.py, and of the teacher those of config/phantom.yaml but for `PLAN` and
`TEACHING`.

Both frames of a pair have manual masks, and these stand for the teacher's labels: there the noisy
labels are the manual ones.

Writes OUT/{rows.tsv,means.md,differences.md}: the Dice of what is carried to the other end against
the mask there (closure), and on the phantom of the frames between, against the truth; the
differences to dirnet, patient by patient, have 95 % intervals over patients. A second run goes on
where the first was stopped.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from clip_files import read_clips
from pseudolabel_tables import markdown, paired_differences
from pseudolabels import (
    CONFIG,
    DEFAULT,
    SIZE,
    both_views,
    models,
    one_view_each,
    phantom,
    sequence_rows,
    train,
)
from real_clips import DICES, closure

from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv
from echoweave.labels import PARTS
from echoweave.logs import log_to
from echoweave.pseudolabels.generate import PseudoLabels, pseudo_labels
from echoweave.registration.apply import Registrar
from echoweave.segmentation.arms import TEACHER
from echoweave.segmentation.files import best_file
from echoweave.segmentation.plan import plan
from echoweave.segmentation.select import select_configurations
from echoweave.segmentation.teacher import predict_noisy_labels, write_raw_teacher
from echoweave.segmentation.train import train_fold

TRUE = "dirnet-noisy, true labels"
NETWORKS = ("dirnet", "dirnet-noisy", "dual-encoder", TRUE, "dirnet-supervised")
# Both frames of a pair have masks, which the others would learn from as well.
ON_PAIRS = NETWORKS[:3]
# Whole frames, and a training twice as long as the demo's.
PLAN = {"patch_size": [SIZE, SIZE]}
TEACHING = {"epochs": 12, "rotation_degrees": 30, "mirroring": [], "share_of_training": 1}
GROUPS, VALIDATING = 3, 2
CARRIED, FUSED = "between, carried", "between, fused"


def teach(out: Path, caches: list[Path], seed: int) -> Path:
    """Train the teacher on the phantom, unless it is there, and return its labels' folder."""
    folder, root = out / "noisy_labels", out / "nnunet"
    if folder.exists():
        return folder
    nobody = out / "nobody.tsv"
    write_tsv(pd.DataFrame(columns=["ted_id", "patient"]), nobody)
    split = {"holdout": 0, "validation_patients": VALIDATING, "seed": seed}
    segmentation = yaml.safe_load((CONFIG / "phantom.yaml").read_text())["segmentation"]
    if not best_file(root, TEACHER).exists():
        write_raw_teacher(TEACHER, caches, nobody, (0, 1, 2, 3), root, split)
        plan(TEACHER, ["2d"], root, {"2d": segmentation["plans"]["2d"] | PLAN}, threads=1)
        settings = segmentation["training"] | TEACHING
        train_fold(TEACHER, "2d", 0, None, root, settings, seed, 1, probabilities=False)
        select_configurations(TEACHER, ["2d"], [0], root, threads=1)
    predict_noisy_labels(TEACHER, caches, nobody, folder, root, split, threads=1)
    return folder


def truth_as_labels(out: Path, caches: list[Path]) -> Path:
    """Write the truth of every frame as a teacher's labels, and return their folder."""
    folder = out / "true_labels"
    for echo in both_views(caches):
        write_sequence(folder / f"{echo.name}.nii.gz", echo.dense_labels, echo.spacing)
    return folder


def masks_as_labels(out: Path, pairs: dict[str, EchoSequence]) -> tuple[list[Path], Path]:
    """Write pairs as caches, and their masks as the labels of their two frames."""
    for name, pair in pairs.items():
        patient = name.partition("_")[0]
        echo = replace(pair, patient=patient, view="4CH")
        write_patient(out / f"cache/{patient}.h5", [echo])
        write_sequence(out / f"noisy_labels/{echo.name}.nii.gz", echo.labels, echo.spacing)
    return sorted((out / "cache").glob("*.h5")), out / "noisy_labels"


def measured(
    of: str, name: str, checkpoint: Path, sequences: list[EchoSequence]
) -> Iterator[dict[str, Any]]:
    """Yield the Dice of each sequence, a row a direction, and for the frames between."""
    registrar = Registrar.load(checkpoint)
    for echo in sequences:
        found = pseudo_labels(echo, registrar, DEFAULT)
        for frames, dices in dice_rows(echo, found):
            mean = {"dice_mean": np.mean([dices[dice] for dice in DICES])}
            row = {"of": of, "frames": frames, "estimator": name, "sequence": echo.name}
            yield row | mean | dices


def dice_rows(echo: EchoSequence, found: PseudoLabels) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield what is compared, with the Dice of every structure and, of closure, the area ratio."""
    ends = (("ED to ES", found.forward[echo.es]), ("ES to ED", found.backward[echo.ed]))
    for (frames, carried), manual in zip(ends, echo.labels[::-1], strict=True):
        scores = closure(carried, manual)
        yield frames, {key: scores[key] for key in (*DICES, "area_ratio")}
    if echo.dense_labels is None:
        return
    rows = pd.DataFrame(sequence_rows(echo, found)).set_index(["direction", "structure"])["dice"]
    for frames, directions in ((CARRIED, ["forward", "backward"]), (FUSED, ["fused"])):
        means = rows.loc[directions].groupby("structure").mean()
        yield frames, {f"dice_{structure}": means[structure] for structure in PARTS}


def networks(
    names: Sequence[str],
    out: Path,
    caches: list[Path],
    labels: Mapping[str, Path],
    iterations: int,
    seed: int,
) -> Iterator[tuple[str, Path]]:
    """Train each network, unless it is there, and yield its name and its checkpoint.

    Args:
        names: Of the networks.
        out: Gets what they leave.
        caches: Whom they learn on.
        labels: Folder with the labels of every frame, for those that learn from such.
        iterations: Of each training.
        seed: Of each training.
    """
    settings = models(iterations)
    for name in names:
        own = settings["dirnet-noisy" if name == TRUE else name]
        yield name, train(out, caches, name, own, seed, labels.get(name))


def on_phantom(given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield the rows of the phantom, and of the clip by its networks."""
    out = given.out / "phantom"
    caches = phantom(out, given.training + given.held_out, given.seed)
    training, held_out = caches[: given.training], caches[given.training :]
    labels = {
        "dirnet-noisy": teach(out, training, given.seed),
        TRUE: truth_as_labels(out, training),
    }
    sequences = one_view_each(held_out)
    clips = list(read_clips([given.clip]).values()) if given.clip else []
    learnt = networks(NETWORKS, out, training, labels, given.iterations, given.seed)
    for name, checkpoint in learnt:
        yield from measured("phantom", name, checkpoint, sequences)
        yield from measured("clip, by the phantom's", name, checkpoint, clips)


def on_pairs(given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield the rows of the pairs, each by networks that learnt on others, and of the clip."""
    pairs = read_clips([given.pairs])
    clips = list(read_clips([given.clip]).values()) if given.clip else []
    names = sorted(pairs)
    for group in range(GROUPS):
        left_out = names[group::GROUPS]
        others = {name: pairs[name] for name in names if name not in left_out}
        out = given.out / f"pairs_{group}"
        caches, labels = masks_as_labels(out, others)
        learnt = networks(
            ON_PAIRS, out, caches, {"dirnet-noisy": labels}, given.on_pairs, given.seed
        )
        for name, checkpoint in learnt:
            yield from measured("pairs", name, checkpoint, [pairs[one] for one in left_out])
            yield from measured("clip, by the pairs'", name, checkpoint, clips)


def write_tables(rows: pd.DataFrame, out: Path) -> None:
    """Write what main promises."""
    write_tsv(rows, out / "rows.tsv")
    measures = ["dice_mean", *DICES]
    groups = rows.groupby(["of", "frames", "estimator"], sort=False)
    means = groups[[*measures, "area_ratio"]].mean()
    means.insert(0, "n", groups["sequence"].nunique())
    (out / "means.md").write_text(markdown(means.reset_index()))
    tables = []
    for (of, frames), some in rows.groupby(["of", "frames"], sort=False):
        values = some.groupby(["estimator", "sequence"], sort=False)[measures].mean()
        # One sequence a patient.
        less = paired_differences(values, lambda _: "dirnet", lambda names: names)
        less.insert(0, "frames", frames)
        less.insert(0, "of", of)
        tables.append(less)
    (out / "differences.md").write_text(markdown(pd.concat(tables)))


def main() -> None:
    """Run the whole comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--training", type=int, default=14, help="patients that train, 2 validate")
    parser.add_argument("--held-out", type=int, default=20, help="patients that are measured")
    parser.add_argument("--iterations", type=int, default=1000, help="of each training")
    parser.add_argument("--on-pairs", type=int, default=300, help="the same, of those on pairs")
    parser.add_argument("--seed", type=int, default=2023, help="of the phantom and the trainings")
    parser.add_argument("--clip", type=Path, help="a real clip")
    parser.add_argument("--pairs", type=Path, help="real pairs of ED and ES")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with log_to(given.out / "log.txt"):
        parts = [pd.DataFrame(on_phantom(given))]
        write_tables(pd.concat(parts), given.out)
        if given.pairs:
            parts.append(pd.DataFrame(on_pairs(given)))
            write_tables(pd.concat(parts), given.out)


if __name__ == "__main__":
    main()
