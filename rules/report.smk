"""Report: one page with every table and figure, and a summary for the terminal.

Comes in: tables/, figures/.
Goes out: report.html, summary.txt, config.yaml.
"""


rule report:
    input:
        RESULTS / "report.html",
        RESULTS / "summary.txt",
    message:
        "The report is complete"


rule summarise:
    input:
        tables=rules.make_tables.output,
        code=EVALUATION_CODE,
    output:
        RESULTS / "summary.txt",
    log:
        logs("summarise"),
    benchmark:
        benchmarks("summarise")
    conda:
        "../envs/echoweave.yaml"
    params:
        tables=subpath(input[0], parent=True),
        links={
            "tables": str(RESULTS / "tables"),
            "figures": str(RESULTS / "figures"),
            "report": str(RESULTS / "report.html"),
            "viewer": str(RESULTS / "viewer/index.html"),
        },
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
        config=config_slice(config, *config),
    message:
        "Writing down the whole configuration"
    script:
        "../workflow/scripts/write_config.py"


# Snakemake renders its own report, from the records of the jobs that are done by now.
rule render_report:
    input:
        rules.figures.input,
        rules.evaluation.input,
        config=rules.write_config.output[0],
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
        python=sys.executable,
        snakefile=os.path.relpath(workflow.main_snakefile),
    message:
        "Rendering the report"
    shell:
        "{params.python:q} -m snakemake figures evaluation --snakefile {params.snakefile:q}"
        " --configfile {input.config:q} --nolock --report {output:q} > {log:q} 2>&1"
