"""The page of a sweep: a heat map of the two numbers that matter most, and every number by itself."""

from __future__ import annotations

from collections.abc import Sequence

from organism.report.html import page, section
from organism.report.markup import Markup, element, join
from organism.sweep.scenarios import COST_FACTORS, Outcome, Plane, Row, Sweep
from organism.sweep.words import NO_PLANE, coin_line, headline, plane_line, sharpe_text

COLD, MIDDLE, WARM = (178, 24, 43), (247, 247, 247), (33, 102, 172)
"""Colours of a Sharpe ratio of -2 or less, of 0, and of 4 or more; no red beside green."""
LOWEST, HIGHEST = -2.0, 4.0


def sweep_page(found: Sweep, strategy_id: str, rule: str, history: Sequence[str] = ()) -> str:
    """Return the page as text; `history` says where the bars are from."""
    return page(
        f"{strategy_id} and its neighbours",
        element(
            "header", element("h1", f"{strategy_id} and its neighbours"), element("p", headline(found), class_="lead")
        ),
        section("Rule", element("pre", rule), element("p", f"By coin, in sample: {coin_line(found)}.")),
        section("The two numbers that matter most, together", heat_map(found.plane)),
        section("Every number by itself", *(_row(row) for row in found.rows)),
        section("What this is", element("p", EXPLANATION), *(element("p", line) for line in history)),
    )


EXPLANATION = (
    "Everything here was measured in sample, at the scale that the rule itself trades at. A rule that has found "
    "something stands on a hill: its neighbours are nearly as good. One that was fitted stands on a needle. To take "
    "the best of the neighbours instead would be to fit again, on bars that have been looked at hundreds of times."
)


def heat_map(plane: Plane | None) -> Markup:
    """Return the Sharpe ratio at each pair of settings, coloured."""
    if plane is None:
        return element("p", NO_PLANE)
    head = element(
        "tr", element("th", ""), *(element("th", plane.across.text(index)) for index in plane.across_indices)
    )
    lines = [
        element(
            "tr",
            element("th", plane.down.text(down)),
            *(
                _cell(outcome, is_own=(down, across) == (plane.down.index, plane.across.index))
                for across, outcome in zip(plane.across_indices, line, strict=True)
            ),
        )
        for down, line in zip(plane.down_indices, plane.outcomes, strict=True)
    ]
    return join(
        element("p", f"{plane_line(plane)} The rule itself has a frame."),
        element("div", element("table", head, *lines, class_="heat"), class_="wide"),
    )


def _row(row: Row) -> Markup:
    head = element("tr", element("th", "costs"), *(element("th", turn.text) for turn in row.turns))
    lines = [
        element(
            "tr",
            element("th", f"x {factor:g}"),
            *(_cell(turn.outcomes[place], is_own=turn.index == row.knob.index) for turn in row.turns),
        )
        for place, factor in enumerate(COST_FACTORS)
    ]
    return join(
        element("p", row.knob.label), element("div", element("table", head, *lines, class_="heat"), class_="wide")
    )


def _cell(outcome: Outcome | None, *, is_own: bool) -> Markup:
    colour = MIDDLE if outcome is None or outcome.sharpe is None else _colour(outcome.sharpe)
    # White letters on dark colours.
    ink = "#fff" if sum(colour) < 460 else "#1c1f23"
    frame = "; outline: 2px solid #1c1f23; outline-offset: -2px" if is_own else ""
    style = f"background: rgb{colour}; color: {ink}{frame}"
    return element("td", sharpe_text(outcome), class_="number", style=style)


def _colour(sharpe: float) -> tuple[int, int, int]:
    end, share = (WARM, sharpe / HIGHEST) if sharpe >= 0.0 else (COLD, sharpe / LOWEST)
    share = min(1.0, share)
    red, green, blue = (round(low + share * (high - low)) for low, high in zip(MIDDLE, end, strict=True))
    return red, green, blue
