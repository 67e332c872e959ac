"""Why a rule has no fitness, as it is counted and as it is shown."""

from __future__ import annotations

BROKEN_LIMIT = "limit: "
"""Before the limit that was broken: `limit: max_drawdown above 0.1`."""


def in_words(reason: str) -> str:
    """Return a reason as people read it; of a limit the metric keeps its name, as in the configuration."""
    return reason if reason.startswith(BROKEN_LIMIT) else reason.replace("_", " ")
