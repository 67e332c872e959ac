"""From the registry to its board."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from organism.home import Home
from organism.registry.rows import Event, Strategy, VerdictRow
from organism.registry.states import ALLOWED, LifecycleState
from organism.registry.store import Registry
from organism.views.answers import answer_word
from organism.views.board import BY_HAND, ORDER, Board, Card, Column, EventRow
from organism.views.stamps import stamps_of_strategy

EMPTY = Board(tuple(Column(state.value, 0) for state in LifecycleState), ())
"""Of a home without a registry."""


def board_of(home: Home, registry: Registry) -> Board:
    """Return everybody, each with the newest verdict."""
    counts = registry.counts()
    newest = {row.strategy_id: row for row in registry.verdicts()}
    cards = [card_of(home, strategy, newest) for strategy in registry.find()]
    ordered = sorted(cards, key=lambda card: (ORDER.index(card.state), -(card.in_sample_sharpe or -math.inf), card.id))
    return Board(tuple(Column(state.value, counts[state]) for state in LifecycleState), tuple(ordered))


def card_of(home: Home, strategy: Strategy, verdicts: Mapping[str, VerdictRow]) -> Card:
    """Return one strategy as a card."""
    verdict = verdicts.get(strategy.id)
    sharpe, n_trades = strategy.in_sample.get("sharpe"), strategy.in_sample.get("n_trades")
    return Card(
        id=strategy.id,
        state=strategy.state.value,
        version=strategy.version,
        run=strategy.run_id,
        generation=strategy.generation,
        genotype_hash=strategy.genotype_hash,
        operator=strategy.operator,
        in_sample_sharpe=sharpe if sharpe is not None and math.isfinite(sharpe) else None,
        n_trades=int(n_trades) if n_trades is not None and math.isfinite(n_trades) else None,
        answer="" if verdict is None else answer_word(verdict.verdict.value, strategy.state.value),
        reason="" if verdict is None else verdict.reason,
        rendered=strategy.rendered,
        moves=tuple(move for move in BY_HAND if move in ALLOWED[strategy.state]),
        marks=tuple(stamps_of_strategy(home.evidence, strategy)),
    )


def event_rows(events: list[Event]) -> tuple[EventRow, ...]:
    """Return a life in order."""
    return tuple(
        EventRow(_utc(event.at), event.from_state or "", event.to_state.value, event.reason) for event in events
    )


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
