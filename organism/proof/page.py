"""The proof as a page: each class of worlds, what was said of it and what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from organism.proof.classes import NullClass, class_named
from organism.proof.estimate import Measured
from organism.proof.plants import PLANT_YEARS, PlantRow
from organism.proof.verdict import LEVEL, ClassVerdict, RuleVerdict, upper_bound
from organism.proof.words import introduction, on_logs

SHOWN_RULES = 5
PART = "**Only a part of the plan is made so far: nothing is proven before all worlds of its class are.**\n"
OTHER_PLANTS = (
    "Three more kinds hold a cause: `planted-session` (a large move of the night is taken back by day), "
    "`planted-squeeze` (a close that leaves a tight range goes on) and `planted-lead-lag` (coins follow a large move "
    "of the most traded one). What each plants, how its strength is set, and what a search finds of it: "
    "[Search](search.md#what-is-compared)."
)


def page(verdicts: Sequence[ClassVerdict], plants: Sequence[PlantRow], command: str) -> str:
    """Return the page as Markdown."""
    part = [PART] if any(one.n_worlds < one.n_planned for one in verdicts) else []
    parts = [introduction(command), *part, _verdict_table(verdicts), on_logs(), _plants(plants)]
    return "\n".join([*parts, *(_section(one) for one in verdicts)])


def _verdict_table(verdicts: Sequence[ClassVerdict]) -> str:
    head = (
        "| class | worlds | years | verdict | best rule after costs | its Sharpe | alpha a year | t | at most "
        "| earn before costs | only by logs |\n|---|---:|---:|---|---|---:|---:|---:|---:|---:|---:|"
    )
    rows = []
    for one in verdicts:
        best = one.best.paid
        by_logs = sum(rule.p_paid > LEVEL for rule in one.earning_by_logs)
        rows.append(
            f"| {one.name} | {one.n_worlds} of {one.n_planned} | {one.years:,.0f} | {_verdict(one)} "
            f"| {one.best.name} "
            f"| {_signed(best.sharpe)} | {_percent(best.alpha)} | {best.alpha.t:+.1f} "
            f"| {100 * upper_bound(best.alpha, one.n_worlds):+.2f} % "
            f"| {len(one.earning_before_costs)} of {len(one.rules)} | {by_logs} |"
        )
    return f"## Verdicts\n\n{head}\n" + "\n".join(rows) + "\n"


def _verdict(one: ClassVerdict) -> str:
    if not one.is_null:
        return f"**NOT null**: {len(one.earning)} of {len(one.rules)} rules earn"
    return "proven null" if one.is_proven else "no edge seen so far"


def _plants(rows: Sequence[PlantRow]) -> str:
    head = (
        "| strength | true Sharpe, five years | one world's spread | before costs | three years | one world's spread "
        "| three years above 2 |\n|---:|---:|---:|---:|---:|---:|---:|"
    )
    lines = [
        f"| {row.strength:g} | {_signed(row.five_years)} | {row.spread:.2f} | {_signed(row.five_years_free)} "
        f"| {_signed(row.three_years)} | {row.three_years_spread:.2f} | {100 * row.share_above_two:.0f} % |"
        for row in rows
    ]
    n_worlds = rows[0].n_worlds
    return (
        "## The planted class\n\n"
        "The genome that holds what the cause asks for (against a funding crowd beyond 1.5 deviations of its 168 bars, "
        f"until it is back within 0.5) in {n_worlds} worlds of {PLANT_YEARS} years, {n_worlds * PLANT_YEARS:,} years, "
        "the same noise at every strength. True Sharpe is the mean over worlds of the ratio of all five years after "
        "costs, with its standard error; three years are those that an in-sample part sees.\n\n"
        f"{head}\n" + "\n".join(lines) + f"\n\n{OTHER_PLANTS}\n"
    )


def _section(one: ClassVerdict) -> str:
    item = class_named(one.name)
    shown = [*one.rules[:SHOWN_RULES]]
    for rule in (*_tempting(one, item), *one.earning, one.best_free):
        if rule not in shown:
            shown.append(rule)
    head = (
        "| rule | round trips a year | Sharpe | alpha a year | t | corrected p | t by logs "
        "| Sharpe before costs | alpha before costs | t |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    return (
        f"## {one.name}\n\n{_verdict(one)[0].upper()}{_verdict(one)[1:]}. What shakes it: {item.shakes}. "
        f"What pulls it: {item.pulls}. Why null: {item.reason}.{_before_costs(one)}\n\n{head}\n"
        + "\n".join(_row(rule) for rule in shown)
        + "\n"
    )


def _tempting(one: ClassVerdict, item: NullClass) -> list[RuleVerdict]:
    return [rule for rule in one.rules if rule.name == item.temptation]


def _before_costs(one: ClassVerdict) -> str:
    earning = one.earning_before_costs
    if not earning:
        return f" A fair game before costs as well: none of {len(one.rules)} rules has an alpha then."
    return f" Before costs {len(earning)} of {len(one.rules)} rules have an alpha."


def _row(rule: RuleVerdict) -> str:
    paid, free = rule.paid, rule.free
    p = "below 0.0001" if rule.p_paid < 1e-4 else f"{rule.p_paid:.2g}"
    return (
        f"| {rule.name} | {paid.trades_a_year:,.0f} | {_signed(paid.sharpe)} | {_percent(paid.alpha)} "
        f"| {paid.alpha.t:+.1f} | {p} | {paid.log_alpha.t:+.1f} | {_signed(free.sharpe)} | {_percent(free.alpha)} "
        f"| {free.alpha.t:+.1f} |"
    )


def _signed(measured: Measured) -> str:
    return f"{measured.value:+.2f} ± {measured.error:.2f}"


def _percent(measured: Measured) -> str:
    return f"{100 * measured.value:+.2f} ± {100 * measured.error:.2f} %"
