"""Bad configurations: name of the case -> what is laid over the config, and what is said of it."""

from typing import Any

import yaml

from tests.workflow.project import ROOT

DEFAULT = yaml.safe_load((ROOT / "config/config.yaml").read_text())
MODELS = ", ".join(DEFAULT["registration"]["models"])
DIRNET = DEFAULT["registration"]["models"]["dirnet"]

CONFIGS: dict[str, tuple[dict[str, Any], str]] = {
    "typo in a key": (
        {"registration": {"holdouts": "ted"}},
        "config: registration.holdouts: unknown key; did you mean 'holdout'?",
    ),
    "typo in a section": (
        {"registrations": {"holdout": "ted"}},
        "config: registrations: unknown key; did you mean 'registration'?",
    ),
    "typo in a value": (
        {"pseudolabels": {"fusion": "distances"}},
        "config: pseudolabels.fusion: 'distances' is not one of ['distance', 'paper']; "
        "it must be: distance or paper (how both directions become one label)",
    ),
    "text for a number": (
        {"chunks": "many"},
        "config: chunks: 'many' is not of type 'integer'; it must be: an integer from 1 "
        "to 1000 (jobs that the per-patient work of a stage is bundled into)",
    ),
    "number for a path": (
        {"results_dir": 7},
        "config: results_dir: 7 is not of type 'string'; it must be: a path (folder for "
        "everything that is made)",
    ),
    "window of no width": (
        {"learn2reg": {"network": {"windows": [[0, 40]]}}},
        "config: learn2reg.network.windows.0.0: 0 is less than or equal to the minimum of 0; it "
        "must be: a list of pairs of numbers (width and level in HU of each channel)",
    ),
    "one case cannot be a pair": (
        {"learn2reg": {"choosing_cases": 1}},
        "config: learn2reg.choosing_cases: 1 is less than the minimum of 2; it must be: an integer "
        "of at least 2 (training cases of the measured cohort that choose the best weights)",
    ),
    "cohort of volumes that nobody reads": (
        {"learn2reg": {"cohorts": {"msd-lung": "resources/Task06_Lung"}}},
        "config: learn2reg.cohorts.msd-lung: unknown key; did you mean 'msd-colon'?",
    ),
    "nothing to work on": (
        {"data": {"dataset": None}},
        "config: data.dataset: there is nothing to work on: no sequences, no strips of M-mode, no "
        "volumes; set it, or mmode.root, or learn2reg.root",
    ),
    "nothing for a section": (
        {"evaluation": None},
        "config: evaluation: None is not of type 'object'; see config/schema.yaml",
    ),
    "a fraction of a fold": (
        {"folds": 2.5},
        "config: folds: 2.5 is not of type 'integer', 'string'; it must be: an integer from 2 to "
        "20, or published (number of cross-validation folds, no more than there are training "
        "patients; published is one that the validation patients of the data set validate)",
    ),
    "negative": (
        {"seed": -1},
        "config: seed: -1 is less than the minimum of 0; it must be: an integer of at "
        "least 0 (seed of folds, trainings and intervals)",
    ),
    "zero": (
        {"segmentation": {"training": {"epochs": 0}}},
        "config: segmentation.training.epochs: 0 is less than the minimum of 1; it "
        "must be: an integer of at least 1 (epochs of a fold)",
    ),
    "more folds than patients": (
        {"folds": 3},
        "config: folds: 3 folds for 2 training patients; set it to 2 or less",
    ),
    "unknown estimator": (
        {"pseudolabels": {"estimators": ["dirnet", "voxelmorph"]}},
        "config: pseudolabels.estimators: there is no estimator 'voxelmorph'; choose "
        f"among still, farneback, dis, joint, {MODELS}, or add a model to registration.models",
    ),
    "unknown arm": (
        {"segmentation": {"arms": ["sparse2d", "dense4d"]}},
        "config: segmentation.arms: there is no arm 'dense4d'; choose among sparse2d, dense2d, "
        "dense3d, dense3d-ssl, weak3d, weak3d-ssl, superimage",
    ),
    "networks of an unknown arm": (
        {"segmentation": {"candidates": {"dense2d": ["2d"]}}},
        "config: segmentation.candidates: there is no choice of networks for 'dense2d'; choose "
        "among dense3d",
    ),
    "no arm": (
        {"segmentation": {"arms": []}},
        "config: segmentation.arms: [] should be non-empty; it must be: a list of arms such as "
        "sparse2d, dense2d, dense3d (nnU-Nets that are trained and compared, at least one and each "
        "once)",
    ),
    "an arm twice": (
        {"segmentation": {"arms": ["dense2d", "dense2d"]}},
        "config: segmentation.arms: ['dense2d', 'dense2d'] has non-unique elements; it must be: a "
        "list of arms such as sparse2d, dense2d, dense3d (nnU-Nets that are trained and compared, "
        "at least one and each once)",
    ),
    "estimator in use not listed": (
        {"pseudolabels": {"estimators": ["still"]}},
        "config: pseudolabels.use: 'dirnet' is not among pseudolabels.estimators; "
        "choose one of still or add it to the list",
    ),
    "unknown architecture": (
        {"registration": {"models": {"dirnet": {"architecture": "x"}}}},
        "config: registration.models.dirnet.architecture: 'x' is not one of ['dirnet', "
        "'dirnet-multistage', 'svf', 'dual-encoder']; it must be: dirnet, dirnet-multistage, svf "
        "or dual-encoder (the kind of network)",
    ),
    "model named like a path": (
        {"registration": {"models": {"../dirnet": DIRNET}}},
        "config: registration.models: '../dirnet' does not match "
        "'^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$'; it must be: letters, digits, - "
        "and _ (name of a model)",
    ),
    "nothing for a path": (
        {"results_dir": None},
        "config: results_dir: None is not of type 'string'; it must be: a path (folder for "
        "everything that is made)",
    ),
    "checkpoint without a path": (
        {"registration": {"pretrained": {"dirnet": ""}}},
        "config: registration.pretrained.dirnet: '' should be non-empty; it must be: "
        "model name -> path (checkpoints that are used instead of training; one that has seen "
        "held-out or test patients is refused)",
    ),
    "checkpoint that is not there": (
        {"registration": {"pretrained": {"dirnet": "gone.pt"}}},
        "gone.pt: registration.pretrained.dirnet: there is no such file; correct the path, "
        "or leave it out to train the model",
    ),
    # Of paths tests/test_paths.py has many more.
    "path with a brace": (
        {"results_dir": "{patient}"},
        "config: results_dir: '{patient}' has a brace in its name, which Snakemake takes for a "
        "wildcard; rename it, or make a link to it that has none and give that",
    ),
    "data in a cloud": (
        {"data": {"camus": {"root": "s3://bucket/camus"}}},
        "config: data.camus.root: 's3://bucket/camus' is an address, and only paths on this "
        "machine can be used; copy or mount it, and give its path",
    ),
    "an odd plan": (
        {"segmentation": {"plans": {"2d": {"patch_size": [32]}}}},
        "config: segmentation.plans.2d.patch_size: [32] is too short; it must be: a list of "
        "integers (side lengths of a training patch in pixels, [Y, X] or [T, Y, X])",
    ),
    "a plan that cannot be trained": (
        {"segmentation": {"plans": {"2d": {"patch_size": [34, 32]}}}},
        "config: segmentation.plans.2d.patch_size: [34, 32] cannot be divided by all strides "
        "together, [4, 4]; make each side a multiple of that",
    ),
    "checkpoint for an unknown model": (
        {"registration": {"pretrained": {"dirnett": "x.pt"}}},
        "config: registration.pretrained.dirnett: 'dirnett' is not among "
        f"registration.models; choose among {MODELS}, or add its settings there",
    ),
    "more validation patients than patients": (
        {"registration": {"validation_patients": 25}},
        "config: registration.validation_patients: 2 training patients less 0 held out and 25 for "
        "validation leave none to train on; set it to 1 or less",
    ),
    "all held out": (
        {"registration": {"holdout": 2}},
        "config: registration.holdout: 2 training patients less 2 held out leave none for both "
        "training and validation; hold out at most 0, by a number or a list",
    ),
    "a table of pairs without TED": (
        {"data": {"ted": {"pairing": __file__}}},
        "config: data.ted.pairing: there is no TED clip to pair; set data.ted.root, or this to "
        "null",
    ),
    "unknown patient held out": (
        {"registration": {"holdout": ["patient0099"]}},
        "config: registration.holdout: there is no 'patient0099' to choose; choose "
        "among patient0001, patient0002",
    ),
    "unknown sequence to draw": (
        {"figures": {"sequences": ["patient0001_4CH"]}},
        "config: figures.sequences: there is no 'patient0001_4CH' to choose; choose "
        "among patient0010_2CH, patient0010_4CH",
    ),
}
