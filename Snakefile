"""EchoWeave: temporally consistent segmentations from sparsely labelled echocardiograms."""

from snakemake.utils import min_version

min_version("9.27")


configfile: f"{workflow.basedir}/config/config.yaml"


include: "rules/common.smk"


# The spine, from B-mode sequences; without a data set the wings stand alone.
if HAS_COHORT:

    include: "rules/cohort.smk"
    include: "rules/paths.smk"
    include: "rules/cache.smk"
    include: "rules/registration.smk"
    include: "rules/pseudolabels.smk"
    include: "rules/segmentation.smk"
    include: "rules/noisy_labels.smk"
    include: "rules/pretraining.smk"
    include: "rules/bundle.smk"
    include: "rules/evaluation.smk"
    include: "rules/external.smk"
    include: "rules/figures.smk"
    include: "rules/submission.smk"
    include: "rules/viewer.smk"
    include: "rules/report.smk"


# Strips are recorded, or cut out of sequences.
if HAS_COHORT or config["mmode"]["root"]:

    include: "rules/mmode.smk"
    include: "rules/mmode_networks.smk"
    include: "rules/mmode_study.smk"


if config["learn2reg"]["root"]:

    include: "rules/learn2reg.smk"
    include: "rules/learn2reg_registration.smk"
    include: "rules/learn2reg_study.smk"


include: "rules/absent.smk"


report: "workflow/report/workflow.rst"


onstart:
    # Dry runs and jobs do not come here.
    try:
        claim(RESULTS)
    except InputError as error:
        raise WorkflowError(f"\n{error}") from None


onsuccess:
    keep_records(RESULTS)


onerror:
    keep_records(RESULTS)


rule all:
    default_target: True
    input:
        (
            [
                rules.cache.input,
                rules.registration.input,
                rules.pseudolabels.input,
                rules.segmentation.input,
                rules.evaluation.input,
                rules.external.input,
                rules.figures.input,
                rules.submission.input,
                rules.viewer.input,
                rules.report.input,
            ]
            if HAS_COHORT
            else []
        ),
        rules.mmode.input if config["mmode"]["root"] else [],
        rules.learn2reg.input if config["learn2reg"]["root"] else [],
    message:
        "Everything is made"
