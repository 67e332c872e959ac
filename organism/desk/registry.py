"""Questions about the registry, and the two moves that a person makes."""

from __future__ import annotations

from datetime import UTC, datetime

from data.errors import ConfigError
from organism.home import Home
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from organism.views.board import BY_HAND, Board, EventRow
from organism.views.board_of import EMPTY, board_of, event_rows

BUSY_S = 3.0
"""Time for which a locked registry is waited for; whoever looks at it can look again."""


def board(home: Home) -> Board:
    """Return everybody in the registry."""
    if not home.registry_path.exists():
        # Nothing was bred yet.
        return EMPTY
    with _read(home) as registry:
        return board_of(home, registry)


def events(home: Home, strategy: str) -> tuple[EventRow, ...]:
    """Return the life of a strategy."""
    with _read(home) as registry:
        return event_rows(registry.events(strategy))


def move(home: Home, strategy: str, version: int, to: str, reason: str) -> dict[str, str]:
    """Retire a strategy or put it into quarantine, as it was seen at a version.

    Raises
    ------
    ConfigError
        If it has moved since, or such a move is not made by hand.
    """
    if to not in BY_HAND:
        raise ConfigError(f"move to {to!r} is not made by hand; allowed are {', '.join(BY_HAND)}")
    with Registry.open(home.registry_path, busy_timeout_s=BUSY_S) as registry:
        seen = registry.get(strategy)
        if seen.version != version:
            raise ConfigError(f"{seen.id} has moved since it was shown and is {seen.state.value} now: look again")
        registry.transition(seen.id, expected=seen, to=LifecycleState(to), reason=reason, now=datetime.now(UTC))
    return {"id": seen.id, "state": to}


def _read(home: Home) -> Registry:
    return Registry.read(home.registry_path, busy_timeout_s=BUSY_S)
