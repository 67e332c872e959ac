# ruff: noqa: E501 - a paragraph of the page is a line
"""docs/benchmarks.md and its plots, from the JSON document alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data.durable import write_atomically
from tests.bench.page.chart import plot_svg
from tests.bench.page.markdown import section_lines, word_of

PLOTS = "benchmarks"
IDLE_LOAD = 0.5
BUSY = "**The machine was busy with something else when this run began**: ratios are rough, and what two workers gain says nothing."
HEAD = """# Benchmarks

`make bench` measures what this page shows, writes it as JSON to `var/bench/bench.json`, and writes this page from that. Everything runs in one process tree on the machine below; contestants take turns, and a time is the median of at least seven rounds unless a note says fewer. Times are processor time; those of worker processes are time on the wall.
Results that differ refuse their row, and then `make bench` fails: a quick wrong answer is no figure. A bar is a promise, held or missed on this machine in this run.

To repeat: `make bench`, on a machine that does nothing else. `make bench BENCH="--quick A growth"` measures a part."""


def write_page(document: dict[str, Any], docs: Path) -> Path:
    """Write the page and its plots under `docs` and return the page's path."""
    for section in document["sections"].values():
        for plot in section["plots"]:
            write_atomically(docs / PLOTS / f"{plot['name']}.svg", plot_svg(plot).encode())
    page = docs / "benchmarks.md"
    write_atomically(page, page_text(document).encode())
    return page


def page_text(document: dict[str, Any]) -> str:
    """Return the page."""
    sections = document["sections"].values()
    bars = [bar for section in sections for bar in section["bars"]]
    n_held = sum(word_of(bar) == "held" for bar in bars)
    facts = ", ".join(f"{name} {value}" for name, value in document["machine"].items())
    lines = [HEAD, "", f"Machine and versions: {facts}.", "", f"{n_held} of {len(bars)} bars held."]
    if float(document["machine"]["load"]) > IDLE_LOAD:
        lines += ["", BUSY]
    for section in sections:
        lines += section_lines(section, PLOTS)
    return "\n".join(lines).rstrip() + "\n"
