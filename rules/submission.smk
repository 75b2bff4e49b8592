"""Submission: ED and ES masks of the test sequences as the CAMUS platform takes them.

Comes in: predictions/{arm}/{sequence}.nii.gz, the test images for their headers.
Goes out: submission/{arm}.zip; nothing for a data set other than CAMUS.
"""

from echoweave.datasets.camus import CAMUS

# Other data sets have no place on the platform.
TAKEN = COHORT.dataset == CAMUS


rule submission:
    input:
        expand(RESULTS / "submission/{arm}.zip", arm=ARMS) if TAKEN else [],
    message:
        "The submissions are packed"


if TAKEN:

    rule write_submission:
        input:
            predictions=lambda wildcards: prediction_indexes(wildcards.arm, COHORT.testing_patients),
            caches=cache_indexes(COHORT.testing_patients),
        output:
            RESULTS / "submission/{arm}.zip",
        log:
            logs("write_submission/{arm}"),
        benchmark:
            benchmarks("write_submission/{arm}")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("write_submission"),
            content=COHORT.content(COHORT.files(COHORT.testing_patients)),
            sources=COHORT.testing,
        message:
            "Packing the predictions of {wildcards.arm} for the CAMUS platform"
        script:
            "../workflow/scripts/write_submission.py"
