"""Lines in dots, against dots that were set by hand."""

from __future__ import annotations

from organism.dashboard.curve import LABEL, Line, curves

ROOM = LABEL + 2
"""Of labels and axis."""


def drawn(values: list[float | None], columns: int, height: int) -> list[str]:
    """Return the rows of a chart without labels and axis."""
    found = curves([Line(values, "red")], ROOM + columns, height)
    return [row[ROOM:] for row in found.plain.splitlines()]


def test_a_peak_between_two_dots_is_drawn() -> None:
    """Four columns of dots for eight values: the second one reaches from the lowest dot to the highest."""
    assert drawn([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0], 2, 2) == ["⢸ ", "⣸⣀"]


def test_peaks_and_troughs_of_a_long_line_reach_the_edges() -> None:
    values = [1.0] * 400
    values[7], values[201] = 2.0, 0.0
    rows = drawn(values, 20, 4)
    assert rows[0].strip(), "the peak"
    assert rows[3].strip(), "the trough"


def test_steep_stretches_have_no_holes_and_missing_values_no_dots() -> None:
    assert drawn([0.0, 0.0, 1.0, 1.0], 2, 2) == [" ⡏", "⣀⠇"]
    assert drawn([0.0, None, None, 1.0], 2, 2) == [" ⠈", "⡀ "]
