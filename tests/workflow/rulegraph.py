"""The picture of all rules, docs/rules.svg: asked of Snakemake, drawn by Graphviz.

`make rulegraph` remakes it; test_rulegraph.py compares its arrows with what the rules say.
"""

import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from echoweave.phantom.dataset import write_phantom
from tests.conftest import tiny
from tests.workflow.project import ROOT, TARGETS, Project, tiny_project
from tests.workflow.reruns import STAGES, stage_of

PICTURE = ROOT / "docs/rules.svg"
FIGURES = "draw_*"
_SCRIPTS = sorted(path.stem for path in (ROOT / "workflow/scripts").glob("*.py"))
# One colour a stage, light enough for black letters.
_COLOURS = [
    "#cfe2f3",
    "#d9ead3",
    "#fff2cc",
    "#fce5cd",
    "#f4cccc",
    "#d9d2e9",
    "#ead1dc",
    "#d0e0e3",
    "#e6e6e6",
]
Arrow = tuple[str, str]


def arrows(project: Project) -> set[Arrow]:
    """Return which rule's results which rule reads, without shortcuts past a third one.

    Rules of one script are one: those of buckets of patients, arms and estimators; and all figures.
    """
    done = project.run("all", "--rulegraph", "dot")
    assert done.returncode == 0, done.stderr
    rules = dict(re.findall(r'(\d+)\[label = "(\w+)"', done.stdout))
    found = re.findall(r"(\d+) -> (\d+)", done.stdout)
    pairs = {(rules[one], rules[other]) for one, other in found}
    direct = _without_shortcuts({pair for pair in pairs if not TARGETS & set(pair)})
    return {(_script(one), _script(other)) for one, other in direct}


def drawn() -> set[Arrow]:
    """Return the arrows of the picture."""
    groups = ElementTree.parse(PICTURE).iterfind(".//{*}g[@class='edge']/{*}title")
    return {(one, other) for one, other in (str(title.text).split("->") for title in groups)}


def _script(rule: str) -> str:
    (*_, name) = (script for script in _SCRIPTS if f"{rule}_".startswith(f"{script}_"))
    return FIGURES if name.startswith("draw_") else name


def _without_shortcuts(pairs: set[Arrow]) -> set[Arrow]:
    readers: dict[str, set[str]] = {}
    for one, other in pairs:
        readers.setdefault(one, set()).add(other)

    @cache
    def beyond(name: str) -> frozenset[str]:
        """Return what reads the results of ``name``, itself or through others."""
        mine = frozenset(readers.get(name, ()))
        return mine.union(*map(beyond, mine))

    return {
        (one, other)
        for one, other in pairs
        if not any(other in beyond(third) for third in readers[one])
    }


def dot(pairs: set[Arrow]) -> str:
    """Return the picture in Graphviz's language, each stage in a frame of its own."""
    names = sorted({name for pair in pairs for name in pair})
    lines = [
        "digraph rules {",
        'graph [rankdir=TB, fontname="Helvetica", fontsize=11, style=rounded, color="#999999"]',
        'node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11]',
        'edge [color="#555555", arrowsize=0.7]',
    ]
    for colour, stage in zip(_COLOURS, STAGES, strict=True):
        lines.append(f'subgraph "cluster_{stage}" {{ label="{stage}"; node [fillcolor="{colour}"]')
        lines += [f'"{name}"' for name in names if stage_of(name) == stage]
        lines.append("}")
    lines += [f'"{one}" -> "{other}"' for one, other in sorted(pairs)]
    return "\n".join([*lines, "}\n"])


def main() -> None:
    """Rewrite docs/rules.svg."""
    with tempfile.TemporaryDirectory() as folder:
        write_phantom(Path(folder) / "phantom", tiny("nifti"))
        project = tiny_project(Path(folder) / "study", Path(folder) / "phantom")
        text = dot(arrows(project))
    subprocess.run(["dot", "-Tsvg", "-o", str(PICTURE)], input=text, text=True, check=True)


if __name__ == "__main__":
    main()
