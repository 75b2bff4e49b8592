"""The wing of M-mode, third part: test windows and strips measured, the networks compared, the report.

Comes in: mmode/strips/, windows/testing/ and bundles/{network}/.
Goes out: mmode/testing/{network}/, measured/{network}/ (test recordings), tables/, figures/, report.html.
"""

from echoweave.io.buckets import check_indexes
from echoweave.logs import log_to_terminal
from echoweave.mmode.outputs.files import STRIP_FILES
from echoweave.segmentation.files import curves_file

MEASURED = [(network, bucket) for network in MMODE_NETWORKS for bucket in TESTED_STRIPS]
MEASURED_INDEXES = [
    MMODE / "measured" / network / "index" / STRIPS[bucket].name for network, bucket in MEASURED
]


rule measure_windows:
    input:
        bundle=rules.write_mmode_bundle.output[0],
        windows=WINDOWS["testing"],
    output:
        directory(MMODE / "testing/{network}"),
    log:
        logs("measure_windows/{network}"),
    benchmark:
        benchmarks("measure_windows/{network}")
    conda:
        "../envs/echoweave.yaml"
    threads: config["segmentation"]["threads"]
    resources:
        mem_mb=memory(4000),
    params:
        code=library("measure_windows"),
        samples=config["evaluation"]["bootstrap_samples"],
        seed=config["seed"],
    message:
        "Measuring {wildcards.network} on windows of test animals"
    script:
        "../workflow/scripts/measure_windows.py"


for bucket in TESTED_STRIPS:

    rule:
        name:
            f"measure_strips_{bucket}"
        input:
            strips=STRIPS[bucket],
            bundle=rules.write_mmode_bundle.output[0],
        output:
            index=MMODE / "measured/{network}/index" / STRIPS[bucket].name,
            recordings=MMODE / f"measured/{{network}}/tables/{bucket}_recordings.tsv",
            beats=MMODE / f"measured/{{network}}/tables/{bucket}_beats.tsv",
        log:
            logs(f"measure_strips/{{network}}_{bucket}"),
        benchmark:
            benchmarks(f"measure_strips/{{network}}_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        threads: config["segmentation"]["threads"]
        resources:
            mem_mb=memory(4000),
        params:
            code=library("measure_strips"),
            names=[f"{name}/{file}" for name in STRIP_NAMES[bucket] for file in STRIP_FILES],
        message:
            "Measuring strips of test animals with {wildcards.network}"
        script:
            "../workflow/scripts/measure_strips.py"


MEASURED_TABLES = {
    name: [MMODE / f"measured/{network}/tables/{bucket}_{name}.tsv" for network, bucket in MEASURED]
    for name in ["recordings", "beats"]
}
TRAINED = {
    "quicknat": rules.train_quicknat.output.curves,
    "nnunet": curves_file(MMODE_NNUNET, MMODE_ARM, "2d", MMODE_FOLD),
}

if workflow.is_main_process:
    with log_to_terminal():
        check_indexes([*STRIPS.values(), *MEASURED_INDEXES])


rule make_mmode_tables:
    input:
        recordings=MEASURED_TABLES["recordings"],
        beats=MEASURED_TABLES["beats"],
        testing=expand(rules.measure_windows.output[0], network=MMODE_NETWORKS),
    output:
        [MMODE / f"tables/networks.{ext}" for ext in ["tsv", "md", "tex", "html"]],
        [MMODE / f"tables/{name}.tsv" for name in ["recordings", "beats", "animals"]],
    log:
        logs("make_mmode_tables"),
    benchmark:
        benchmarks("make_mmode_tables")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("make_mmode_tables"),
        networks=MMODE_NETWORKS,
        samples=config["evaluation"]["bootstrap_samples"],
        seed=config["seed"],
    message:
        "Comparing the networks"
    script:
        "../workflow/scripts/make_mmode_tables.py"


rule draw_mmode_agreement:
    input:
        recordings=MMODE / "tables/recordings.tsv",
    output:
        svg=MMODE / "figures/agreement.svg",
        png=MMODE / "figures/agreement.png",
    log:
        logs("draw_mmode_agreement"),
    benchmark:
        benchmarks("draw_mmode_agreement")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_mmode_agreement"),
        networks=MMODE_NETWORKS,
    message:
        "Drawing how the networks agree with true masks"
    script:
        "../workflow/scripts/draw_mmode_agreement.py"


rule draw_mmode_curves:
    input:
        trained=[
            (
                rules.train_quicknat.output.model
                if network == "quicknat"
                else validation_summary(MMODE_NNUNET, MMODE_ARM, "2d", MMODE_FOLD)
            )
            for network in MMODE_NETWORKS
        ],
    output:
        svg=MMODE / "figures/curves.svg",
        png=MMODE / "figures/curves.png",
    log:
        logs("draw_mmode_curves"),
    benchmark:
        benchmarks("draw_mmode_curves")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("draw_mmode_curves"),
        # nnU-Net's lies beside the summary, and no rule declares it.
        curves={network: Path(TRAINED[network]) for network in MMODE_NETWORKS},
    message:
        "Drawing the trainings of the networks"
    script:
        "../workflow/scripts/draw_mmode_curves.py"


rule render_mmode_report:
    input:
        tables=rules.make_mmode_tables.output,
        figures=[rules.draw_mmode_agreement.output.png, rules.draw_mmode_curves.output.png],
        testing=MMODE / "testing" / MMODE_NETWORKS[-1],
        measured=MEASURED_INDEXES,
    output:
        MMODE / "report.html",
    log:
        logs("render_mmode_report"),
    benchmark:
        benchmarks("render_mmode_report")
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("render_mmode_report"),
        network=MMODE_NETWORKS[-1],
    message:
        "Rendering the report of M-mode"
    script:
        "../workflow/scripts/render_mmode_report.py"


# What is gone is made again only if the target names it.
rule mmode:
    input:
        list(STRIPS.values()),
        MEASURED_INDEXES,
        expand(rules.write_mmode_bundle.output[0], network=MMODE_NETWORKS),
        expand(rules.measure_windows.output[0], network=MMODE_NETWORKS),
        rules.make_mmode_tables.output,
        rules.draw_mmode_agreement.output,
        rules.draw_mmode_curves.output,
        rules.render_mmode_report.output,
    message:
        "The strips are measured"
