"""The provenance as a page of the report."""

from collections.abc import Mapping
from typing import Any

from echoweave.evaluation.table import Column, Table

_COLUMNS = (
    Column("rule", "Rule"),
    Column("jobs", "Jobs", 0),
    Column("time", "Time"),
    Column("peak_rss_mb", "Peak memory, MB", 0),
    Column("peak_pss_mb", "shared pages counted once, MB", 0),
    Column("other_versions", "Ran with other versions"),
)


def provenance_page(provenance: Mapping[str, Any]) -> str:
    """Return HTML with the facts of provenance.json, but not the checksum of each input file."""
    rows = [
        {
            **stage,
            "rule": rule,
            "time": _duration(stage["seconds"]),
            "other_versions": _listed(stage["other_versions"]),
        }
        for rule, stage in provenance["stages"].items()
    ]
    seconds = sum(stage["seconds"] or 0 for stage in provenance["stages"].values())
    inputs, config = provenance["inputs"], provenance["config"]
    facts = [
        f"Made {provenance['made']} on {provenance['platform']}.",
        f"Code: {_code(provenance['git'])}.",
        f"Versions: {_listed(provenance['versions'])}.",
        f"Settings: {config['file']}, SHA-256 {config['sha256']}.",
        f"Seeds: {_listed(provenance['seeds'])}.",
        f"Inputs: {inputs['files']} files, {inputs['bytes'] / 1e6:.1f} MB, "
        f"SHA-256 over all {inputs['sha256']}.",
        f"All jobs together: {_duration(seconds)}. A job that went on after a break counts from "
        "there.",
    ]
    caption = (
        "What each rule took and, below, what the results were made from; the whole is in "
        "provenance.json."
    )
    return Table(caption, _COLUMNS, rows, facts).to_html()


def _code(git: Mapping[str, Any] | None) -> str:
    if git is None:
        return "not a git checkout"
    return f"commit {git['commit']}" + (", with changes" if git["dirty"] else "")


def _listed(values: Mapping[str, Any]) -> str:
    texts = {
        name: "/".join(value) if isinstance(value, list) else value
        for name, value in values.items()
    }
    return ", ".join(f"{name} {text}" for name, text in texts.items())


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
