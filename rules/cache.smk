"""Ingest: the data trees become one table and one HDF5 file a patient.

Comes in: the CAMUS tree, the TED tree, a folder of dense truth where there is one.
Goes out: cohort.tsv, excluded.tsv, ted_pairs.tsv, cache/{patient}.h5.
"""

CACHE_CODE = library("cache", "io", "geometry")


rule cache:
    input:
        RESULTS / "cohort.tsv",
        cache_files(COHORT.patients),
    message:
        "The cache is complete"


rule pair_ted:
    input:
        ted=COHORT.ted_files,
        camus=COHORT.pairing_files,
        code=CACHE_CODE,
    output:
        RESULTS / "ted_pairs.tsv",
    log:
        logs("pair_ted"),
    benchmark:
        benchmarks("pair_ted")
    conda:
        "../envs/echoweave.yaml"
    resources:
        mem_mb=memory(4000),
    params:
        sources=COHORT.pairing_sources,
        clips=COHORT.ted,
        pairing=COHORT.pairing,
    message:
        "Pairing TED clips with CAMUS patients"
    script:
        "../workflow/scripts/pair_ted.py"


rule write_cohort:
    input:
        pairs=rules.pair_ted.output[0],
        code=CACHE_CODE,
    output:
        cohort=RESULTS / "cohort.tsv",
        excluded=RESULTS / "excluded.tsv",
    log:
        logs("write_cohort"),
    benchmark:
        benchmarks("write_cohort")
    conda:
        "../envs/echoweave.yaml"
    params:
        sources=COHORT.sequences,
        folds=COHORT.folds,
        excluded=COHORT.excluded,
    message:
        "Writing the cohort table"
    script:
        "../workflow/scripts/write_cohort.py"


for bucket, patients in BUCKETS.items():

    rule:
        name:
            f"build_cache_{bucket}"
        input:
            sources=COHORT.files(patients),
            pairs=rules.pair_ted.output[0] if bucket.startswith("training") else [],
            code=CACHE_CODE,
        output:
            cache_files(patients),
        log:
            logs(f"build_cache_{bucket}"),
        benchmark:
            benchmarks(f"build_cache_{bucket}")
        conda:
            "../envs/echoweave.yaml"
        resources:
            mem_mb=memory(2000),
        params:
            sources=COHORT.sequences_of(patients),
            data=settings("data.size"),
        message:
            f"Caching {len(patients)} patients"
        script:
            "../workflow/scripts/build_cache.py"
