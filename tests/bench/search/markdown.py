"""Tables as lines of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, n_names: int = 2) -> Iterator[str]:
    """Yield a table, all but its first columns set to the right, and an empty line; nothing without rows."""
    if rows:
        yield "| " + " | ".join(head) + " |"
        yield "|---" * n_names + "|---:" * (len(head) - n_names) + "|"
        for row in rows:
            yield "| " + " | ".join(row) + " |"
        yield ""
