"""Planted causes whose parameters are drawn from a seed, so that nobody can have tuned a search to them.

Every value lies on the grids of the grammar: what is drawn is a genome.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from data.errors import ConfigError
from data.worlds.parameters import Cause, CauseParameters, LeadLagParameters, SessionParameters, SqueezeParameters

Value = TypeVar("Value")


def drawn_cause(kind: str, seed: int) -> Cause:
    """Return a cause of a kind of planted world, at the kind's default strength.

    Raises
    ------
    ConfigError
        If nothing is planted in worlds of this name.
    """
    if kind not in DRAWS:
        raise ConfigError(f"world {kind!r} has no cause to draw: choose one of {', '.join(DRAWS)}")
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(list(DRAWS).index(kind),)))
    return DRAWS[kind](rng)


def _crowd(rng: np.random.Generator) -> Cause:
    return CauseParameters(
        window=_one_of(rng, (100, 168, 336)),
        enter=_one_of(rng, (1.0, 1.25, 1.5, 1.75, 2.0)),
        leave=_one_of(rng, (0.0, 0.25, 0.5)),
    )


def _session(rng: np.random.Generator) -> Cause:
    begin_hour = _one_of(rng, tuple(range(2, 16)))
    return SessionParameters(
        night_bars=_one_of(rng, (8, 12, 16)),
        move_percent=_one_of(rng, (0.75, 1.0, 1.25, 1.5)),
        begin_hour=begin_hour,
        # With the night it is at most a day, and over before midnight.
        end_hour=begin_hour + _one_of(rng, (4, 5, 6, 7, 8)),
    )


def _squeeze(rng: np.random.Generator) -> Cause:
    window, tight = _one_of(rng, ((16, 0.85), (16, 0.95), (24, 1.0), (24, 1.1), (36, 1.25), (36, 1.4)))
    return SqueezeParameters(
        window=window,
        tight=tight,
        leaves=_one_of(rng, (1.0, 1.25, 1.5)),
        hold_bars=_one_of(rng, (8, 12, 16, 24)),
    )


def _lead_lag(rng: np.random.Generator) -> Cause:
    moves = ((2, 1.0), (2, 1.25), (3, 1.0), (3, 1.5), (5, 1.5), (5, 2.0), (8, 2.0), (8, 2.5))
    move_bars, move_percent = _one_of(rng, moves)
    return LeadLagParameters(move_bars=move_bars, move_percent=move_percent, hold_bars=_one_of(rng, (3, 5, 8)))


def _one_of(rng: np.random.Generator, values: tuple[Value, ...]) -> Value:
    return values[int(rng.integers(len(values)))]


DRAWS: dict[str, Callable[[np.random.Generator], Cause]] = {
    "planted": _crowd,
    "planted-session": _session,
    "planted-squeeze": _squeeze,
    "planted-lead-lag": _lead_lag,
}
"""By kind of world; the order is part of what a seed means."""
