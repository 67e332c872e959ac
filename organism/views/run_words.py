"""What a run has brought, in words: chance alone beside it, its operators, and what had no fitness."""

from __future__ import annotations

from typing import Any

MOST_REASONS = 6


def run_lines(view: dict[str, Any]) -> list[str]:
    """Return a few lines about a run, from `run_view`."""
    lines = [_baseline(view)] if view["random_baseline"]["n_drawn"] else []
    if view["operators"]:
        lines.append("operators, in the population of those made: " + ", ".join(map(_yield, view["operators"].items())))
    if view["rejections"]:
        reasons = list(view["rejections"].items())
        shown = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in reasons[:MOST_REASONS])
        more = f", and {len(reasons) - MOST_REASONS} more reasons" if len(reasons) > MOST_REASONS else ""
        lines.append(f"without fitness: {shown}{more}")
    return lines


def _baseline(view: dict[str, Any]) -> str:
    drawn, best = view["random_baseline"]["n_drawn"], view["random_baseline"]["best"]
    found = "none with fitness" if best is None else f"the highest Sharpe {best:.2f}"
    own = view["best_sharpe"]
    beside = "" if own is None else f"; that of the population {own:.2f}"
    return f"random search, the {drawn:,} rules drawn afresh in this run: {found}{beside}"


def _yield(item: tuple[str, dict[str, int]]) -> str:
    name, found = item
    return f"{name} {found['kept']:,} of {found['made']:,}"
