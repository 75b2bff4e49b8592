"""Report: one page with every table and figure, a summary for the terminal, the provenance.

Comes in: tables/, figures/, and everything else that is made, for the provenance.
Goes out: report.html, summary.txt, config.yaml, provenance.{json,html}.
"""

from echoweave.engine import benchmark_files
from echoweave.report.jobs import jobs_by_rule


rule report:
    input:
        RESULTS / "report.html",
        RESULTS / "summary.txt",
        RESULTS / "provenance.json",
    message:
        "The report is complete"


rule summarise:
    input:
        tables=rules.make_tables.output,
    output:
        RESULTS / "summary.txt",
    log:
        logs("summarise"),
    benchmark:
        benchmarks("summarise")
    localrule: True
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("summarise"),
        tables=subpath(input[0], parent=True),
        results=RESULTS,
        label_values=COHORT.dataset.label_values,
        unit=COHORT.unit,
    message:
        "Summing up"
    script:
        "../workflow/scripts/summarise.py"


rule write_config:
    output:
        RESULTS / "config.yaml",
    log:
        logs("write_config"),
    benchmark:
        benchmarks("write_config")
    localrule: True
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("write_config"),
        # Results that were moved are as good as before.
        config=config_slice(config, *(key for key in config if key != "results_dir")),
        results=RESULTS,
    message:
        "Writing down the whole configuration"
    script:
        "../workflow/scripts/write_config.py"


# Of every rule above, which are those that make something.
JOBS = jobs_by_rule(
    {
        name: os.path.relpath(path, RESULTS / "benchmarks").removesuffix(".tsv")
        for name, path in benchmark_files(workflow).items()
    },
    {
        "arm": ARMS,
        "estimator": ESTIMATORS,
        "model": MODELS,
        "fold": FOLDS,
        "sequence": [source.name for source in REGISTRATION_EXAMPLES],
    },
    CANDIDATES,
)


# The last but one: made again whenever anything else was, and then names the commit of that run.
rule write_provenance:
    input:
        rules.evaluation.input,
        rules.external.input,
        rules.figures.input,
        rules.submission.input,
        rules.viewer.input,
        rules.summarise.output,
        config=rules.write_config.output[0],
        checksums=[
            checksums(part)
            for part in ["ted", *BUCKETS, *(f"external_{one}" for one in EXTERNAL_BUCKETS)]
        ],
        files=[
            *COHORT.lists,
            *(EXTERNAL.lists if EXTERNAL else []),
            *(PRETRAINED[model] for model in ADOPTED),
        ],
    output:
        json=RESULTS / "provenance.json",
        page=report(
            RESULTS / "provenance.html",
            caption="../workflow/report/provenance.rst",
            category="Provenance",
            labels={"table": "provenance"},
        ),
    log:
        logs("write_provenance"),
    benchmark:
        benchmarks("write_provenance")
    localrule: True
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("write_provenance"),
        seed=config["seed"],
        jobs=JOBS,
        checkout=BASE,
    message:
        "Writing down what the results were made from"
    script:
        "../workflow/scripts/write_provenance.py"


# Snakemake renders its own report, from the records of the jobs that are done by now.
rule render_report:
    input:
        rules.figures.input,
        rules.evaluation.input,
        rules.external.input,
        config=rules.write_config.output[0],
        provenance=rules.write_provenance.output.json,
        captions=[os.path.relpath(path) for path in BASE.glob("workflow/report/**/*.rst")],
    output:
        RESULTS / "report.html",
    log:
        logs("render_report"),
    benchmark:
        benchmarks("render_report")
    localrule: True
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("render_report"),
        results=RESULTS,
        snakefile=BASE / "Snakefile",
    message:
        "Rendering the report"
    script:
        "../workflow/scripts/render_report.py"
