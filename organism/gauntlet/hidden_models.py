"""Hidden Markov models of coins: each fitted once for all strategies, slices and universes of a process."""

from __future__ import annotations

from data.canonical import hash_array
from data.market import FloatArray
from data.regimes.hidden import RegimeModel, fit_regimes

REMEMBERED = 4_096
"""Models, of a few hundred bytes each: more than a universe has coins, as the oldest are forgotten first."""

_fitted: dict[str, RegimeModel | None] = {}


def hidden_model(returns: FloatArray, n_states: int) -> RegimeModel | None:
    """Return the model of a coin's returns; None where they are too few.

    A market that ends later has the same in-sample returns, and so the same model.
    """
    key = f"{n_states}:{hash_array(returns)}"
    if key not in _fitted:
        if len(_fitted) == REMEMBERED:
            del _fitted[next(iter(_fitted))]
        _fitted[key] = fit_regimes(returns, n_states)
    return _fitted[key]
