"""The wing of M-mode: strips in, LV diameter, beats and function out. First part: its cohort and its strips.

Comes in: mmode.root (PNG pairs, DICOM, traces, regions.tsv), and where there is a B-mode cohort its cache/{patient}.h5,
out of which virtual strips are cut.
Goes out: mmode/strips/{recording}.h5; the other parts, mmode_networks.smk and mmode_study.smk, go on. Part of `all` only
where mmode.root is set.
"""

from echoweave.datasets.cohort import Cohort
from echoweave.io.buckets import index_name
from echoweave.mmode.strips.cohort import load_mmode_cohort
from echoweave.mmode.strips.recording import SPLITS
from echoweave.mmode.strips.splits import cohort_splits
from echoweave.segmentation.plan_parts import part_problems

MMODE = RESULTS / "mmode"
MMODE_NETWORKS = config["mmode"]["networks"]

try:
    problems = part_problems("2d", config["mmode"]["plan"], "mmode.plan")
    if problems:
        raise InputError(problems)
    RECORDED = (
        load_mmode_cohort(
            Path(config["mmode"]["root"]),
            *(config["mmode"][key] for key in ["mm_per_px", "ms_per_px"]),
            *(config["mmode"][key] for key in ["validation_percent", "test_percent"]),
            config["seed"],
            RESULTS / ".mmode_inspected.json",
        )
        if config["mmode"]["root"]
        else None
    )
except InputError as error:
    raise WorkflowError(f"\n{error}") from None

# By split and animal, so that a new test animal touches nothing that a network was trained on.
RECORDED_BUCKETS = {
    f"recorded_{split}_{bucket}": [one for one in recordings if one.animal in animals]
    for split in SPLITS
    for recordings in ([RECORDED.split(split)] if RECORDED else [])
    for bucket, animals in Cohort.buckets(
        {one.animal for one in recordings}, config["chunks"]
    ).items()
}
# Of sequences with masks: without one nobody knows where the ventricle is.
VIRTUAL_NAMES = {
    f"virtual_{bucket}": names
    for bucket, patients in (
        BUCKETS if HAS_COHORT and config["mmode"]["virtual_height"] is not None else {}
    ).items()
    if (names := [source.name for source in COHORT.sequences_of(patients) if source.files.labelled])
}
VIRTUAL_BUCKETS = {bucket: BUCKETS[bucket.removeprefix("virtual_")] for bucket in VIRTUAL_NAMES}
STRIP_NAMES = {
    bucket: [one.name for one in recordings] for bucket, recordings in RECORDED_BUCKETS.items()
} | VIRTUAL_NAMES
STRIPS = {
    bucket: MMODE / "strips/index" / index_name(bucket, names)
    for bucket, names in STRIP_NAMES.items()
}
TESTED_STRIPS = [bucket for bucket in STRIPS if "_testing_" in bucket]


wildcard_constraints:
    network="|".join(MMODE_NETWORKS),


for bucket, recordings in RECORDED_BUCKETS.items():

    rule:
        name:
            f"read_strips_{bucket}"
        output:
            STRIPS[bucket],
        log:
            logs(f"read_strips_{bucket}"),
        benchmark:
            benchmarks(f"read_strips_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(2000),
        params:
            code=library("read_strips"),
            recordings=recordings,
            species=config["mmode"]["species"],
            names=[f"{name}.h5" for name in STRIP_NAMES[bucket]],
        message:
            f"Reading {len(recordings)} strips"
        script:
            "../workflow/scripts/read_strips.py"


for bucket, patients in VIRTUAL_BUCKETS.items():

    rule:
        name:
            f"sample_strips_{bucket}"
        input:
            caches=cache_indexes(patients),
        output:
            STRIPS[bucket],
        log:
            logs(f"sample_strips_{bucket}"),
        benchmark:
            benchmarks(f"sample_strips_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(2000),
        params:
            code=library("sample_strips"),
            splits=cohort_splits(patients, COHORT.testing_patients, COHORT.folds),
            height=config["mmode"]["virtual_height"],
            frame_rate_hz=config["evaluation"]["frame_rate_hz"],
            names=[f"{name}.h5" for name in STRIP_NAMES[bucket]],
        message:
            f"Cutting virtual strips out of the sequences of {len(patients)} patients"
        script:
            "../workflow/scripts/sample_strips.py"
