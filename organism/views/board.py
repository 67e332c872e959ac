"""The registry as a board: who is in which state of life, and how that came about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """A strategy on the board."""

    id: str
    state: str
    version: int
    """Number of its events; a move is refused if there have been others since."""
    run: str
    generation: int
    genotype_hash: str
    operator: str
    in_sample_sharpe: float | None
    n_trades: int | None
    answer: str
    """The gauntlet's word, such as GRADUATE or KILL; empty before it was judged."""
    reason: str
    """Of that answer."""
    rendered: str
    moves: tuple[str, ...]
    """What a person may do with it now: `dead`, `quarantined`."""
    marks: tuple[str, ...] = ()
    """Where the rules that it has graduated under are not those that one would expect: `weaker rules`, `open vault`."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """A move in the life of a strategy."""

    at: str
    """UTC, to the second."""
    from_state: str
    """Empty for the birth."""
    to_state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """A state and those who are in it."""

    state: str
    n: int


@dataclass(frozen=True, slots=True)
class Board:
    """All of it."""

    columns: tuple[Column, ...]
    """In the order of life, empty ones included."""
    cards: tuple[Card, ...]
    """Graduates first, the dead and the rejected last."""


BY_HAND = ("dead", "quarantined")
"""Moves that a person makes; all others follow from what was measured."""
ORDER = ("production", "decaying", "paper", "candidate", "quarantined", "testing", "born", "rejected", "dead")
"""Of the cards."""


def shown_state(state: str, cards: tuple[Card, ...]) -> tuple[Card, ...]:
    """Return the cards in a state; all of them without one."""
    return tuple(card for card in cards if not state or card.state == state)
