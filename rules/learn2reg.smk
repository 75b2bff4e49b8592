"""The wing of Learn2Reg: pairs of volumes registered. First part: its cohorts and their cases.

Comes in: learn2reg.root (img/, label/, lists of pairs) and further cohorts with some labels or none.
Goes out: learn2reg/cases/{case}.h5, all on one grid; learn2reg_registration.smk and learn2reg_study.smk go on. Read only
where learn2reg.root is set, and part of `all` there.
"""

from echoweave.datasets.cohort import Cohort
from echoweave.io.buckets import index_name
from echoweave.learn2reg.cohort import TARGET, load_volume_cohort
from echoweave.learn2reg.settings import PairModelSettings
from echoweave.learn2reg.source import SPLITS as VOLUME_SPLITS
from echoweave.registration.settings import RefinementSettings
from echoweave.segmentation.plan_parts import part_problems

VOLUME_CONFIG = config["learn2reg"]
LEARN2REG = RESULTS / "learn2reg"

try:
    problems = part_problems("3d_fullres", VOLUME_CONFIG["noisy"]["plan"], "learn2reg.noisy.plan")
    if problems:
        raise InputError(problems)
    PairModelSettings.from_config(VOLUME_CONFIG["network"], "learn2reg.network")
    RefinementSettings.from_config(VOLUME_CONFIG["refinement"], "learn2reg.refinement")
    VOLUMES = load_volume_cohort(
        Path(VOLUME_CONFIG["root"]),
        {name: Path(root) if root else None for name, root in VOLUME_CONFIG["cohorts"].items()},
        {name: Path(path) if path else None for name, path in VOLUME_CONFIG["pairs"].items()},
        VOLUME_CONFIG["choosing_cases"],
        VOLUME_CONFIG["exclude"],
        config["seed"],
        RESULTS / ".learn2reg_inspected.json",
        PARSING_CORES,
    )
except InputError as error:
    raise WorkflowError(f"\n{error}") from None

# Apart, so that a new case touches no file that other networks were trained on.
VOLUME_GROUPS = {
    **{
        split: [one for one in VOLUMES.split(split) if one.cohort == TARGET]
        for split in VOLUME_SPLITS
    },
    "others": [one for one in VOLUMES.sources if one.cohort != TARGET],
}
VOLUME_BUCKETS = {
    f"{group}_{bucket}": [one for one in sources if one.name in names]
    for group, sources in VOLUME_GROUPS.items()
    for bucket, names in Cohort.buckets({one.name for one in sources}, config["chunks"]).items()
}
CASE_FILES = {
    bucket: [f"{source.name}.h5" for source in sources]
    for bucket, sources in VOLUME_BUCKETS.items()
}
CASES = {
    bucket: LEARN2REG / "cases/index" / index_name(bucket, names)
    for bucket, names in CASE_FILES.items()
}
CASES_OF = {
    group: [index for bucket, index in CASES.items() if bucket.rpartition("_")[0] == group]
    for group in VOLUME_GROUPS
}


for bucket, sources in VOLUME_BUCKETS.items():

    rule:
        name:
            f"prepare_cases_{bucket}"
        output:
            CASES[bucket],
        log:
            logs(f"prepare_cases_{bucket}"),
        benchmark:
            benchmarks(f"prepare_cases_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            # Cases of others are whole scans of up to a thousand slices, some stored as doubles.
            mem_mb=memory(8000 if bucket.startswith("others_") else 4000),
        params:
            code=library("prepare_cases"),
            sources=sources,
            reference=VOLUMES.reference if bucket.startswith("others_") else None,
            names=CASE_FILES[bucket],
        message:
            f"Bringing {len(sources)} volumes to one grid"
        script:
            "../workflow/scripts/prepare_cases.py"
