"""Viewer: one page that plays every sequence with its masks, without a network.

Comes in: caches, pseudo-labels of the estimator in use, predictions, measures.
Goes out: viewer/index.html and viewer/data/{sequence}.js.
"""

from echoweave.viewer.layers import layer_folders

SHOWN = {
    bucket: patients
    for bucket, patients in BUCKETS.items()
    if config["viewer"]["patients"] == "all" or bucket.startswith("testing")
}
SHOWN_PATIENTS = [patient for patients in SHOWN.values() for patient in patients]


rule viewer:
    input:
        RESULTS / "viewer/index.html",
        clip_indexes(SHOWN_PATIENTS),
    message:
        "The viewer is complete"


for bucket, patients in SHOWN.items():
    split = bucket.partition("_")[0]
    labels = layer_folders(split, RESULTS / "pseudolabels" / USED, RESULTS / "predictions", ARMS)

    rule:
        name:
            f"write_clips_{bucket}"
        input:
            caches=cache_indexes(patients),
            layers=[indexes(folder, patients) for folder in labels],
        output:
            clip_indexes(patients),
        log:
            logs(f"write_clips_{bucket}"),
        benchmark:
            benchmarks(f"write_clips_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("write_clips"),
            folder=subpath(output[0], ancestor=2),
            files=[f"{name}.js" for name in SEQUENCES[bucket]],
        message:
            f"Writing {len(patients)} patients for the viewer"
        script:
            "../workflow/scripts/write_clips.py"


rule write_page:
    input:
        cohort=rules.write_cohort.output.cohort,
        frames=arm_measures("frames"),
        volumes=arm_measures("volumes"),
        quality=quality_file(USED),
        roles=rules.write_roles.output[0],
    output:
        RESULTS / "viewer/index.html",
    log:
        logs("write_page"),
    benchmark:
        benchmarks("write_page")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("write_page"),
        arms=list(ARMS),
        mode=config["evaluation"]["simpson_mode"],
        label_values=COHORT.dataset.label_values,
        unit=COHORT.unit,
        sequences=[source.name for source in COHORT.sequences_of(SHOWN_PATIENTS)],
    message:
        "Writing the viewer's page"
    script:
        "../workflow/scripts/write_page.py"
