"""Another data set: the arms applied to every labelled patient of what evaluation.external names.

Comes in: EXTERNAL, the cohort of that data set; the trained arms; measures/{arm}/frames.tsv.
Goes out: external/{cohort,excluded}.tsv, external/cache/{patient}.h5 (frames from ED to ES),
predictions/external/{arm}/{sequence}.nii.gz, measures/external/{arm}/frames.tsv, tables/external.*,
figures/external.{svg,png}. Nothing where the key is null.
"""

from echoweave.io.buckets import index_name
from echoweave.segmentation.files import best_file

EXTERNAL_FRAMES = expand(MEASURES / "external/{arm}/frames.tsv", arm=ARMS)


rule external:
    input:
        [
            *external_indexes(RESULTS / "external/cache"),
            *expand(external_indexes(RESULTS / "predictions/external/{arm}"), arm=ARMS),
            *EXTERNAL_FRAMES,
            *(RESULTS / f"external/{table}.tsv" for table in ["cohort", "excluded"]),
            *(RESULTS / f"tables/external.{ext}" for ext in ["html", "tsv", "md", "tex"]),
            *(RESULTS / f"figures/external.{ext}" for ext in ["svg", "png"]),
        ]
        if EXTERNAL
        else [],
    message:
        "The other data set is segmented and measured"


if EXTERNAL:
    EXTERNAL_TITLES = COHORT.dataset.title, EXTERNAL.dataset.title
    OWN_FRAMES = arm_measures("frames")

    rule write_cohort_external:
        input:
            # Of a data set that is not CAMUS no patient is in it.
            pairs=rules.pair_ted.output.pairs,
        output:
            cohort=RESULTS / "external/cohort.tsv",
            excluded=RESULTS / "external/excluded.tsv",
        log:
            logs("write_cohort_external"),
        benchmark:
            benchmarks("write_cohort_external")
        localrule: True
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("write_cohort"),
            sources=EXTERNAL.sequences,
            folds=EXTERNAL.folds,
            excluded=EXTERNAL.excluded,
            root=Path(config["data"][EXTERNAL.dataset.name]["root"]),
            warnings=EXTERNAL.warnings,
        message:
            f"Writing the table of the patients of {EXTERNAL.dataset.title}"
        script:
            "../workflow/scripts/write_cohort.py"

    for bucket, patients in EXTERNAL_BUCKETS.items():
        sources = EXTERNAL.sequences_of(patients)

        rule:
            name:
                f"build_cache_external_{bucket}"
            input:
                pairs=[],
            output:
                caches=[external_index(RESULTS / "external/cache", bucket)],
                checksums=checksums(f"external_{bucket}"),
            log:
                logs(f"build_cache_external_{bucket}"),
            benchmark:
                benchmarks(f"build_cache_external_{bucket}")
            conda:
                "../envs/echoweave.yaml"
            resources:
                mem_mb=memory(2000),
            params:
                code=library("build_cache"),
                content=EXTERNAL.content(EXTERNAL.files(patients)),
                files=[f"{patient}.h5" for patient in patients],
                sources=sources,
                ted_root=Path(),
                label_values=EXTERNAL.dataset.label_values,
                whole_clips=False,
                data=settings("data.size"),
            message:
                f"Caching {len(patients)} patients of {EXTERNAL.dataset.title}"
            script:
                "../workflow/scripts/build_cache.py"

        rule:
            name:
                f"predict_external_{bucket}"
            input:
                caches=[external_index(RESULTS / "external/cache", bucket)],
                best=lambda wildcards: best_file(NNUNET, ARMS[wildcards.arm]),
            output:
                external_index(RESULTS / "predictions/external/{arm}", bucket),
            log:
                logs(f"predict_external/{{arm}}_{bucket}"),
            benchmark:
                benchmarks(f"predict_external/{{arm}}_{bucket}")
            conda:
                "../envs/echoweave.yaml"
            threads: config["segmentation"]["threads"]
            resources:
                mem_mb=memory(8000),
                gpu=gpus(DEVICE),
            params:
                code=library("predict"),
                arm=lambda wildcards: ARMS[wildcards.arm],
                folder=lambda wildcards: RESULTS / "predictions/external" / wildcards.arm,
                files=[f"{source.name}.nii.gz" for source in sources],
                root=NNUNET,
                clips=None,
                same_unit=COHORT.unit == EXTERNAL.unit,
            message:
                f"Segmenting sequences of {EXTERNAL.dataset.title} with {{wildcards.arm}}"
            script:
                "../workflow/scripts/predict.py"

    rule measure_external:
        input:
            predictions=external_indexes(RESULTS / "predictions/external/{arm}"),
            caches=external_indexes(RESULTS / "external/cache"),
        output:
            MEASURES / "external/{arm}/frames.tsv",
        log:
            logs("measure_external/{arm}"),
        benchmark:
            benchmarks("measure_external/{arm}")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("measure_external"),
            unit=EXTERNAL.unit,
        message:
            f"Measuring {{wildcards.arm}} on {EXTERNAL.dataset.title}"
        script:
            "../workflow/scripts/measure_external.py"

    rule make_external_table:
        input:
            own=OWN_FRAMES,
            others=EXTERNAL_FRAMES,
        output:
            report(
                RESULTS / "tables/external.html",
                caption="../workflow/report/tables/external.rst",
                category="Tables",
                labels={"table": "external"},
            ),
            expand(RESULTS / "tables/external.{ext}", ext=["tsv", "md", "tex"]),
        log:
            logs("make_external_table"),
        benchmark:
            benchmarks("make_external_table")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("make_external_table"),
            arms=list(ARMS),
            titles=EXTERNAL_TITLES,
            own_unit=COHORT.unit,
            settings=settings("evaluation.bootstrap_samples", "evaluation.simpson_mode", "seed")
            | {"label_values": EXTERNAL.dataset.label_values, "unit": EXTERNAL.unit},
        message:
            f"Making the table of {EXTERNAL.dataset.title}"
        script:
            "../workflow/scripts/make_external_table.py"

    rule draw_external:
        input:
            own=OWN_FRAMES,
            others=EXTERNAL_FRAMES,
        output:
            **drawn("external", "Segmentation", "On another data set"),
        log:
            logs("draw_external"),
        benchmark:
            benchmarks("draw_external")
        conda:
            "../envs/echoweave.yaml"
        params:
            code=library("draw_external"),
            arms=list(ARMS),
            titles=EXTERNAL_TITLES,
        message:
            f"Drawing what the arms lose on {EXTERNAL.dataset.title}"
        script:
            "../workflow/scripts/draw_external.py"
