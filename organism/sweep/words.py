"""A sweep in words and as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from statistics import median
from typing import Any

from organism.sweep.scenarios import COST_FACTORS, Outcome, Plane, Sweep

NO_RULE = "-"


def headline(found: Sweep) -> str:
    """Return the sentence that matters."""
    neighbours = found.neighbours
    n_passing = sum(outcome.passes for outcome in neighbours)
    share = 100.0 * n_passing / len(neighbours) if neighbours else 0.0
    dear = found.dear_neighbours
    return (
        f"{n_passing} of {len(neighbours)} neighbours ({share:.0f} %) keep to the in-sample rules, at doubled costs "
        f"{sum(outcome.passes for outcome in dear)} of the {len(dear)} with one number turned; the rule itself has a "
        f"Sharpe ratio of {sharpe_text(found.base[0])}, {sharpe_text(found.base[1])} at doubled costs"
    )


def row_lines(found: Sweep) -> list[str]:
    """Return a block of text for each number of the rule: its settings, and the Sharpe ratio at each."""
    lines: list[str] = []
    for row in found.rows:
        cells = [
            f"{'*' if turn.index == row.knob.index else ''}{turn.text}: {sharpe_text(turn.outcomes[0])}"
            for turn in row.turns
        ]
        lines += [row.knob.label, "    " + "  ".join(cells)]
    return lines


def plane_line(plane: Plane) -> str:
    """Return which two numbers of the rule are turned together."""
    return f"Across: {plane.across.label}. Down: {plane.down.label}."


def coin_line(found: Sweep) -> str:
    """Return how the rule does on each coin, and its neighbours in the median."""
    own = found.base[0].by_coin
    others = [_median(outcome.by_coin[place] for outcome in found.neighbours) for place in range(len(own))]
    return ", ".join(
        f"{coin} {_text(sharpe)} (neighbours {_text(other)})"
        for coin, sharpe, other in zip(found.coins, own, others, strict=True)
    )


def sharpe_text(outcome: Outcome | None) -> str:
    """Return a Sharpe ratio to two places; a dash where there is no such rule, or it has none."""
    return _text(None if outcome is None else outcome.sharpe)


def _text(sharpe: float | None) -> str:
    return NO_RULE if sharpe is None else f"{sharpe:.2f}"


def _median(sharpes: Iterable[float | None]) -> float | None:
    """Return the median of those that exist."""
    known = [sharpe for sharpe in sharpes if sharpe is not None]
    return median(known) if known else None


def plain(found: Sweep, strategy_id: str, rule: str, snapshot_id: str) -> dict[str, Any]:
    """Return the sweep as JSON values."""
    plane = found.plane
    return {
        "schema": 1,
        "strategy_id": strategy_id,
        "rule": rule,
        "snapshot_id": snapshot_id,
        "slice": "IS",
        "coins": list(found.coins),
        "scale": found.scale,
        "cost_factors": list(COST_FACTORS),
        "base": [asdict(outcome) for outcome in found.base],
        "n_neighbours": len(found.neighbours),
        "n_passing": sum(outcome.passes for outcome in found.neighbours),
        "n_turned": len(found.dear_neighbours),
        "n_passing_at_doubled_costs": sum(outcome.passes for outcome in found.dear_neighbours),
        "knobs": [
            {
                "label": row.knob.label,
                "index": row.knob.index,
                "turns": [
                    {"index": turn.index, "text": turn.text, "outcomes": [_plain(one) for one in turn.outcomes]}
                    for turn in row.turns
                ],
            }
            for row in found.rows
        ],
        "plane": None
        if plane is None
        else {
            "across": plane.across.label,
            "down": plane.down.label,
            "across_texts": [plane.across.text(index) for index in plane.across_indices],
            "down_texts": [plane.down.text(index) for index in plane.down_indices],
            "sharpes": [[None if one is None else one.sharpe for one in line] for line in plane.outcomes],
        },
    }


def _plain(outcome: Outcome | None) -> dict[str, Any] | None:
    return None if outcome is None else asdict(outcome)
