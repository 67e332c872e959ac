"""What a run has brought, in words: chance alone beside it, its operators, and what had no fitness."""

from __future__ import annotations

from typing import Any

from evolution.run.reasons import in_words

MOST_REASONS = 6


def run_lines(view: dict[str, Any]) -> list[str]:
    """Return a few lines about a run, from `run_view`."""
    lines = [baseline_line(view)] if view["random_baseline"]["n_drawn"] else []
    if view["operators"]:
        lines.append("operators, kept of those made: " + ", ".join(map(_yield, view["operators"].items())))
    if view["rejections"]:
        reasons = list(view["rejections"].items())
        shown = ", ".join(f"{count:,} {in_words(reason)}" for reason, count in reasons[:MOST_REASONS])
        more = f", and {len(reasons) - MOST_REASONS} more reasons" if len(reasons) > MOST_REASONS else ""
        lines.append(f"without fitness: {shown}{more}")
    return lines


def baseline_line(view: dict[str, Any]) -> str:
    """Return what random search found, inside a run or beside it, and what the population has."""
    baseline = view["random_baseline"]
    found = "none with fitness" if baseline["best"] is None else f"the highest Sharpe {baseline['best']:.2f}"
    where = f"beside this run, which scored {view['n_trials']:,}" if baseline["is_beside"] else "in this run"
    own = view["highest_sharpe"]
    searched = "" if own is None else f"; that of the search {own:.2f}"
    return f"random search, the {baseline['n_drawn']:,} rules drawn afresh {where}: {found}{searched}"


def _yield(item: tuple[str, dict[str, int]]) -> str:
    name, found = item
    return f"{name} {found['kept']:,} of {found['made']:,}"
