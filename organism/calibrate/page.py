"""The campaign as a page: what was promised, what was measured, how to repeat it."""

from __future__ import annotations

from collections.abc import Sequence

from organism.calibrate.plan import CampaignSettings
from organism.calibrate.tables import ClassTable, Rate

HEAD = (
    "# Honesty\n\n"
    "How often does the foundry graduate nothing-at-all, and how often does it find what is there? "
    "`organism calibrate` lets the *whole* foundry (search, registration, gauntlet) run on made worlds whose truth is "
    "known. Sizes and seeds were fixed before anything was looked at; this page was written from {done} of {planned} "
    "worlds.\n\n"
    "A rate has one-sided 95 % bounds (Clopper and Pearson). The promise is that fewer than 5 % of worlds that hold "
    "nothing have a graduate: 93 worlds with at most one prove it, or 181 with at most four.\n"
)


def page(settings: CampaignSettings, tables: Sequence[ClassTable], command: str) -> str:
    """Return the page as Markdown."""
    parts = [HEAD.format(done=sum(t.n_done for t in tables), planned=sum(t.n_planned for t in tables))]
    parts.append(f"To repeat: `{command}`. Seed {settings.seed}, plan {settings.identity()[:16]}.\n")
    nulls, plants = [t for t in tables if t.is_null], [t for t in tables if not t.is_null]
    if nulls:
        parts.append(_section("Worlds that hold nothing", "false graduates", nulls))
    if plants:
        parts.append(_section("Worlds with a cause", "graduates", plants))
        parts.append(_power(plants))
    parts.append(_kills(tables))
    return "\n".join(parts)


def _section(title: str, word: str, tables: Sequence[ClassTable]) -> str:
    rows = [
        f"| {t.name} | {t.n_done} of {t.n_planned} | {_rate(t.graduated)} | {_rate(t.base)} | {_rate(t.deflated)} "
        f"| {_rate(t.low_overfitting)} | {_rate(t.small_p)} | {t.search_seconds:.1f} | {t.judge_seconds:.1f} |"
        for t in tables
    ]
    head = (
        f"| class | worlds | **{word}** | base rule alone | deflated Sharpe 0.95 | PBO below 0.5 | "
        "joined p at most 0.05 | search s | gauntlet s |\n|---|---|---|---|---|---|---|---:|---:|"
    )
    return f"## {title}\n\n{head}\n" + "\n".join(rows) + "\n"


def _power(tables: Sequence[ClassTable]) -> str:
    head = (
        "| class | search found the cause and anything graduated | announced Sharpe | on bars nobody has seen |\n"
        "|---|---|---:|---:|"
    )
    rows = [
        f"| {t.name} | {'-' if t.graduated_given_found is None else _rate(t.graduated_given_found)} "
        f"| {_number(t.announced)} | {_number(t.continued)} |"
        for t in tables
    ]
    return f"## What is found, and what was announced\n\n{head}\n" + "\n".join(rows) + "\n"


def _kills(tables: Sequence[ClassTable]) -> str:
    names = sorted({name for t in tables for name, _ in t.kills})
    head = "| first stage not passed | " + " | ".join(t.name for t in tables) + " |\n|---|" + "---:|" * len(tables)
    counts = [dict(t.kills) for t in tables]
    rows = [f"| {name} | " + " | ".join(str(count.get(name, 0)) for count in counts) + " |" for name in names]
    return (
        f"## What stopped whom\n\nStrategies, by the first stage that they did not pass.\n\n{head}\n"
        + "\n".join(rows)
        + "\n"
    )


def _rate(rate: Rate) -> str:
    if rate.of == 0:
        return "-"
    return f"{rate.count} of {rate.of} ({100 * rate.low:.1f} to {100 * rate.high:.1f} %)"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
