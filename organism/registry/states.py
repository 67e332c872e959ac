"""The life of a strategy: one enum, one table of allowed moves."""

from __future__ import annotations

from enum import StrEnum

from data.errors import TransitionError


class LifecycleState(StrEnum):
    """Where a strategy is in its life."""

    BORN = "born"
    """Bred and kept, not yet judged."""
    TESTING = "testing"
    """Waiting for, or in, the gauntlet."""
    CANDIDATE = "candidate"
    """Passed the gauntlet: a graduate."""
    PAPER = "paper"
    """Traded without money."""
    PRODUCTION = "production"
    """Traded with money."""
    DECAYING = "decaying"
    """Worse than its evidence promised; watched."""
    DEAD = "dead"
    """Retired. Final."""
    REJECTED = "rejected"
    """Failed the gauntlet. Final."""
    QUARANTINED = "quarantined"
    """Something about it cannot be explained; nothing trades it until a person has looked."""


class Verdict(StrEnum):
    """What the gauntlet concluded about one strategy on one snapshot under one policy."""

    PASS = "Pass"  # noqa: S105 - a verdict, not a password
    MARGINAL = "Marginal"
    WATCH = "Watch"
    KILL = "Kill"


_S = LifecycleState
ALLOWED: dict[LifecycleState, tuple[LifecycleState, ...]] = {
    _S.BORN: (_S.TESTING,),
    _S.TESTING: (_S.CANDIDATE, _S.REJECTED, _S.QUARANTINED),
    _S.CANDIDATE: (_S.PAPER, _S.REJECTED, _S.QUARANTINED, _S.DEAD),
    _S.PAPER: (_S.PRODUCTION, _S.DECAYING, _S.DEAD, _S.QUARANTINED, _S.REJECTED),
    _S.PRODUCTION: (_S.DECAYING, _S.DEAD, _S.QUARANTINED),
    _S.DECAYING: (_S.PRODUCTION, _S.DEAD, _S.QUARANTINED),
    _S.QUARANTINED: (_S.TESTING, _S.DEAD),
    _S.DEAD: (),
    _S.REJECTED: (),
}
"""Every allowed move. The database holds the same table in its triggers: a change here needs a migration."""

GRADUATED = (_S.CANDIDATE, _S.PAPER, _S.PRODUCTION)
"""States in which the executor may see a strategy."""


def check_move(current: LifecycleState, to: LifecycleState) -> None:
    """Refuse a move that is not in the table.

    Raises
    ------
    TransitionError
        Listing what is allowed from `current`.
    """
    allowed = ALLOWED[current]
    if to not in allowed:
        choices = ", ".join(allowed) if allowed else f"nothing, {current} is final"
        raise TransitionError(f"move {current} -> {to} is not allowed; allowed from {current}: {choices}")
