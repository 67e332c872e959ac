"""Figures as they stand in a column: aligned, with units, and a dash for what is not known."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

UNKNOWN = "-"
SOFT = "$foreground-muted"
STATE_STYLES = {
    "running": "$text-success",
    "pausing": "$text-warning",
    "paused": "$text-warning",
    "suspended": "$text-warning",
    "stopping": "$text-warning",
    "unfinished": "$text-warning",
    "finished": "$text-accent",
    "damaged": "$text-error",
    "gone": "$text-error",
    "candidate": "$text-success",
    "paper": "$text-success",
    "production": "$text-success",
    "decaying": "$text-warning",
    "quarantined": "$text-warning",
    "GRADUATE": "$text-success",
    "WATCH": "$text-warning",
    "QUARANTINE": "$text-warning",
    "KILL": "$text-error",
    "Pass": "$text-success",
    "Marginal": "$text-warning",
    "Watch": "$text-warning",
    "Kill": "$text-error",
}
"""Colour repeats what the word says; a state that is not here has none."""


def figure(value: float | None, form: str = ".2f") -> str:
    """Return a number, or a dash."""
    return UNKNOWN if value is None or value != value else f"{value:{form}}"


def share(value: float | None) -> str:
    """Return a fraction as percent."""
    return UNKNOWN if value is None or value != value else f"{100.0 * value:.1f} %"


def span(seconds: float | None) -> str:
    """Return a time as `1:02:03`."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def styled(text: str) -> Content:
    """Return a word in its colour."""
    return Content.styled(text, STATE_STYLES.get(text, ""))


def listed(rows: Sequence[tuple[str, str, str]], width: int) -> Content:
    """Return rows of a label, a value set to the right, and a soft note behind it."""
    label_width = max((len(label) for label, _, _ in rows), default=0)
    value_width = max((len(value) for _, value, _ in rows), default=0)
    room = max(0, width - label_width - value_width - 4)
    return Content("\n").join(
        Content.assemble((f"{label:<{label_width}}", SOFT), f"  {value:>{value_width}}", (f"  {cut(note, room)}", SOFT))
        for label, value, note in rows
    )


def cut(text: str, width: int) -> str:
    """Return text that fits, with a mark where something is missing."""
    return text if len(text) <= width else text[: max(0, width - 1)] + ("…" if width > 0 else "")


def indented(head: Content, text: Content, width: int) -> list[Content]:
    """Return a text behind its head, the lines that follow below where it begins."""
    room = max(20, width - head.cell_length)
    lines = text.wrap(room) or [Content("")]
    return [Content.assemble(head, lines[0]), *(Content.assemble(" " * head.cell_length, line) for line in lines[1:])]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], aligned: str, width: int) -> Content:
    """Return a table of texts; `aligned` has `<` or `>` for each column, and the last one is cut to fit."""
    widths = [
        max(len(head), *(len(row[place]) for row in rows), 0) if rows else len(head) for place, head in enumerate(heads)
    ]
    used = sum(widths[:-1]) + 2 * (len(widths) - 1)
    widths[-1] = max(0, min(widths[-1], width - used))

    def line(texts: Sequence[str]) -> str:
        cells = [
            f"{cut(text, size):{side}{size}}" if size else ""
            for text, size, side in zip(texts, widths, aligned, strict=True)
        ]
        return cut("  ".join(cells).rstrip(), width)

    return Content("\n").join([Content.styled(line(heads), SOFT), *(Content(line(row)) for row in rows)])
