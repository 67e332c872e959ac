"""Sharpe ratios of a rule and its neighbours as tables whose cells are coloured: pictures, for a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from organism.report.markup import Markup, element, join
from organism.sweep.scenarios import COST_FACTORS, Outcome, Plane, Row
from organism.sweep.words import plane_line, sharpe_text

COLD, MIDDLE, WARM = (178, 24, 43), (247, 247, 247), (33, 102, 172)
"""Colours of a Sharpe ratio of -2 or less, of 0, and of 4 or more; no red beside green."""
LOWEST, HIGHEST = -2.0, 4.0


def plane_map(plane: Plane) -> Markup:
    """Return the Sharpe ratio at each pair of settings."""
    lines = (
        _line(
            plane.down.text(down),
            (
                _cell(outcome, is_own=(down, across) == (plane.down.index, plane.across.index))
                for across, outcome in zip(plane.across_indices, line, strict=True)
            ),
        )
        for down, line in zip(plane.down_indices, plane.outcomes, strict=True)
    )
    heads = [plane.across.text(index) for index in plane.across_indices]
    return join(element("p", f"{plane_line(plane)} The rule itself has a frame."), _map("", heads, lines))


def row_map(row: Row) -> Markup:
    """Return the Sharpe ratio at each setting of one number, at each of `COST_FACTORS`."""
    lines = (
        _line(
            f"x {factor:g}",
            (_cell(turn.outcomes[place], is_own=turn.index == row.knob.index) for turn in row.turns),
        )
        for place, factor in enumerate(COST_FACTORS)
    )
    return _map("costs", [turn.text for turn in row.turns], lines)


def _map(corner: str, heads: Sequence[str], lines: Iterator[Markup]) -> Markup:
    head = element("tr", *(element("th", text) for text in (corner, *heads)))
    return element("div", element("table", head, *lines, class_="heat"), class_="wide")


def _line(name: str, cells: Iterator[Markup]) -> Markup:
    return element("tr", element("th", name), *cells)


def _cell(outcome: Outcome | None, *, is_own: bool) -> Markup:
    colour = MIDDLE if outcome is None or outcome.sharpe is None else _colour(outcome.sharpe)
    # White letters on dark colours, and a frame that is seen on all of them.
    ink = "#fff" if sum(colour) < 460 else "#1c1f23"
    frame = "; outline: 3px solid #e69f00; outline-offset: -3px" if is_own else ""
    style = f"background: rgb{colour}; color: {ink}{frame}"
    return element("td", sharpe_text(outcome), class_="number", style=style)


def _colour(sharpe: float) -> tuple[int, int, int]:
    end, share = (WARM, sharpe / HIGHEST) if sharpe >= 0.0 else (COLD, sharpe / LOWEST)
    share = min(1.0, share)
    red, green, blue = (round(low + share * (high - low)) for low, high in zip(MIDDLE, end, strict=True))
    return red, green, blue
