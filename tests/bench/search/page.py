"""A comparison as a section of the page, and its pictures; the words around sections are written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.errors import ConfigError
from organism.calibrate.plots import COLOURS, RateRow, rates_svg
from organism.calibrate.tables import Rate
from tests.bench.search.arms import one_line_each, whole_tables
from tests.bench.search.curves import Curve, curves_svg
from tests.bench.search.gains import Gain, gains_svg
from tests.bench.search.markdown import table


def replaced(page: str, name: str, text: str) -> str:
    """Return a page whose section of a plan is this text.

    Raises
    ------
    ConfigError
        If the page has no place for it.
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    if begin not in page or end not in page.partition(begin)[2]:
        raise ConfigError(f"the page has no lines `{begin}` and `{end}`: write them where this comparison belongs")
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{rest.partition(end)[2]}"


def section(document: dict[str, Any]) -> str:
    """Return the tables as Markdown."""
    plan = document["plan"]
    lines = [
        f"{document['n_done']} of {document['n_planned']} runs. Budget {plan['budget']:,} unique genomes, oracles "
        f"worth {plan['sharpe']:g}, {plan['seeds']} seeds from {plan['first_seed']} on; a success has at least "
        f"{plan['success']:.0%} of the oracle's Sharpe ratio on {_years(plan):g} further years.",
        "",
        *_pictures_lines(document),
        *(one_line_each if _are_many(plan) else whole_tables)(document),
        *_oracles(document),
    ]
    return "\n".join(lines)


def pictures(document: dict[str, Any]) -> dict[str, str]:
    """Return the SVG of each picture by its name; of more arms than eyes can tell apart only what each is worth.

    There is none of a single arm, which is beside nothing.
    """
    plan = document["plan"]
    if len(plan["arms"]) == 1:
        return {}
    if _are_many(plan):
        return _gains(document)
    arms = [arm["name"] for arm in plan["arms"]]
    kinds = list(dict.fromkeys(row["kind"] for row in document["arms"]))
    found = {(row["kind"], row["arm"]): row["successes"] for row in document["arms"]}
    rows = [RateRow(kind, tuple(_rate(found.get((kind, arm))) for arm in arms)) for kind in kinds]
    panels = {
        kind: [
            Curve(row["arm"], tuple(zip(document["rungs"], row["shares"], strict=True)))
            for row in document["curves"]
            if row["kind"] == kind
        ]
        for kind in dict.fromkeys(row["kind"] for row in document["curves"])
    }
    title = f"Seeds in which the best of {plan['candidates']} has {plan['success']:.0%} of the oracle"
    return {
        f"{plan['name']}-successes": rates_svg(f"{title}, with 95 % intervals", arms, rows),
        f"{plan['name']}-curves": curves_svg(f"{title}, by unique genomes", panels),
    }


def _are_many(plan: dict[str, Any]) -> bool:
    """Return whether there are more arms than colours that eyes can tell apart."""
    return len(plan["arms"]) > len(COLOURS)


def _gains(document: dict[str, Any]) -> dict[str, str]:
    plan, duels = document["plan"], document["duels"]
    if not duels:
        return {}
    # The rows of all kinds together stand last.
    last = duels[-1]["kind"]
    gains = [Gain(row["other"], row["difference"], row["low"], row["high"]) for row in duels if row["kind"] == last]
    axis = "share of the oracle's Sharpe ratio, mean of the same worlds, with 95 % interval"
    title = f"What {duels[-1]['arm']} has more than each other arm"
    return {f"{plan['name']}-gains": gains_svg(title, axis, gains)}


def _pictures_lines(document: dict[str, Any]) -> Iterator[str]:
    for name in pictures(document):
        yield from (f"![{name.replace('-', ' ')}](search/{name}.svg)", "")


def _oracles(document: dict[str, Any]) -> Iterator[str]:
    rows = [
        (
            row["kind"],
            f"{row['seeds']}",
            f"{row['oracle']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f})",
            "-" if row["in_sample"] is None else f"{row['in_sample']:.2f}",
            f"{row['weakest']:.3f} to {row['strongest']:.3f}",
        )
        for row in document["oracles"]
    ]
    head = ("kind", "seeds", "oracle's Sharpe ratio, mean (range)", "in sample, mean", "strength of the cause")
    yield from table(head, rows)


def _rate(found: dict[str, Any] | None) -> Rate | None:
    return None if found is None else Rate(found["count"], found["of"], found["low"], found["high"])


def _years(plan: dict[str, Any]) -> float:
    return float(plan["continuation"]["worlds"] * plan["continuation"]["years"])
