"""Ingest: the data trees become one table and one HDF5 file a patient.

Comes in: the tree of the data set, the TED tree, a folder of dense truth where there is one.
Goes out: cohort.tsv, excluded.tsv, ted_pairs.tsv, cache/{patient}.h5 (with the whole clips of TED and of EchoNet),
and the checksums of every input file in checksums/.
"""

# A Path in any case: test patients are not cached anew where TED comes or goes.
TED_ROOT = Path(config["data"]["ted"]["root"] or "")


rule cache:
    input:
        RESULTS / "cohort.tsv",
        cache_indexes(COHORT.patients),
    message:
        "The cache is complete"


# Files of the data trees are no inputs: their content counts, not their date or place, and eleven
# more inputs a sequence would slow every dry run down.
rule pair_ted:
    output:
        pairs=RESULTS / "ted_pairs.tsv",
        checksums=checksums("ted"),
    log:
        logs("pair_ted"),
    benchmark:
        benchmarks("pair_ted")
    conda:
        "../envs/echoweave.yaml"
    resources:
        mem_mb=memory(4000),
    params:
        code=library("pair_ted"),
        content=COHORT.content([*COHORT.ted_files, *COHORT.pairing_files]),
        sources=COHORT.pairing_sources,
        clips=COHORT.ted,
        pairing=COHORT.pairing,
        root=TED_ROOT,
    message:
        "Pairing TED clips with CAMUS patients"
    script:
        "../workflow/scripts/pair_ted.py"


rule write_cohort:
    input:
        pairs=rules.pair_ted.output.pairs,
    output:
        cohort=RESULTS / "cohort.tsv",
        excluded=RESULTS / "excluded.tsv",
    log:
        logs("write_cohort"),
    benchmark:
        benchmarks("write_cohort")
    localrule: True
    conda:
        "../envs/echoweave.yaml"
    params:
        code=library("write_cohort"),
        sources=COHORT.sequences,
        folds=COHORT.folds,
        excluded=COHORT.excluded,
        root=Path(config["data"][COHORT.dataset.name]["root"]),
        warnings=COHORT.warnings,
    message:
        "Writing the cohort table"
    script:
        "../workflow/scripts/write_cohort.py"


for bucket, patients in BUCKETS.items():

    rule:
        name:
            f"build_cache_{bucket}"
        input:
            pairs=rules.pair_ted.output.pairs if bucket.startswith("training") else [],
        output:
            caches=cache_indexes(patients),
            checksums=checksums(bucket),
        log:
            logs(f"build_cache_{bucket}"),
        benchmark:
            benchmarks(f"build_cache_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(2000),
        params:
            code=library("build_cache"),
            content=COHORT.content(COHORT.files(patients)),
            files=[f"{patient}.h5" for patient in patients],
            sources=COHORT.sequences_of(patients),
            ted_root=TED_ROOT,
            label_values=COHORT.dataset.label_values,
            whole_clips=COHORT.dataset.whole_clips,
            data=settings("data.size"),
        message:
            f"Caching {len(patients)} patients"
        script:
            "../workflow/scripts/build_cache.py"
