import pandas as pd

from echoweave.io.tables import write_tsv
from echoweave.pseudolabels.merge import merge_quality

COLUMNS = ["sequence", "frame", "reference", "score"]


def test_chunks_merge_into_one_sorted_table(tmp_path):
    def chunk(name, *keys):
        path = tmp_path / name
        table = pd.DataFrame(keys, columns=["sequence", "frame"]).reindex(columns=COLUMNS)
        write_tsv(table, path)
        return path

    second = chunk("2.tsv", ("patient0002_2CH", 0), ("patient0002_2CH", 1))
    first = chunk("1.tsv", ("patient0001_2CH", 0), ("patient0003_2CH", 0))
    none = chunk("0.tsv")
    merge_quality([second, none, first], tmp_path / "quality.tsv")
    merged = pd.read_csv(tmp_path / "quality.tsv", sep="\t")
    assert list(merged["sequence"].str[7:11]) == ["0001", "0002", "0002", "0003"]
    assert list(merged["frame"]) == [0, 0, 1, 0]
    assert list(merged.columns) == COLUMNS
