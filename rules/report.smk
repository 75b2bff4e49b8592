"""Report: one page with every table and figure, and a summary for the terminal.

Comes in: tables/, figures/.
Goes out: report.html, summary.txt.
"""


rule report:
    input:
        RESULTS / "report.html",
        RESULTS / "summary.txt",


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
        tables=str(RESULTS / "tables"),
        links={
            "tables": str(RESULTS / "tables"),
            "figures": str(RESULTS / "figures"),
            "report": str(RESULTS / "report.html"),
        },
    message:
        "Summing up"
    script:
        "../workflow/scripts/summarise.py"


# Snakemake renders its own report, from the records of the jobs that are done by now.
rule render_report:
    input:
        rules.figures.input,
        rules.evaluation.input,
        captions=Path(workflow.basedir).glob("workflow/report/**/*.rst"),
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
        snakefile=workflow.main_snakefile,
        configfiles=[str(path) for path in workflow.configfiles],
    message:
        "Rendering the report"
    shell:
        "snakemake figures evaluation --snakefile {params.snakefile:q}"
        " --configfile {params.configfiles:q} --nolock --report {output:q} > {log:q} 2>&1"
