"""Hidden states of volatility: a Markov model fitted on the past, and the filter that reads the present with it.

For reports alone (docs/adr/0015): what the states are depends on the bars that the model was fitted on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from data.errors import DataError
from data.jit import jit
from data.market import FloatArray

LEAST_RETURNS = 500
"""Known returns below which nothing is fitted."""
MAX_ROUNDS = 200
GAIN_A_RETURN = 1e-7
"""Rise of the mean log likelihood below which fitting ends."""
STAY = 0.98
"""Chance of staying in a state, from which fitting starts."""
SPREAD = 3.0
"""Largest deviation over the smallest, from which fitting starts."""
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class RegimeModel:
    """States in each of which log returns are normal about 0; one follows another by fixed chances."""

    deviations: tuple[float, ...]
    """Of the log returns of a bar in each state, ascending: the first state is the quietest."""
    transition: tuple[tuple[float, ...], ...]
    """Row: chances of each state after this one."""
    start: tuple[float, ...]
    """Chances of each state on the first bar."""

    def __post_init__(self) -> None:
        n = len(self.deviations)
        rows = (self.start, *self.transition)
        is_shaped = n > 0 and len(rows) == n + 1 and all(len(row) == n for row in rows)
        if not is_shaped or not all(math.isfinite(x) and x >= 0.0 for row in rows for x in row):
            raise DataError(
                f"regime model of {n} states has chances {rows}; allowed are {n} + 1 rows of {n} from 0 to 1"
            )
        if any(abs(sum(row) - 1.0) > TOLERANCE for row in rows):
            raise DataError(f"regime model has chances {rows} that do not add up to 1; fit it again")
        bounds = (0.0, *self.deviations, math.inf)
        if list(bounds) != sorted(bounds) or bounds[1] == 0.0 or bounds[-2] == math.inf:
            raise DataError(f"regime model has deviations {self.deviations}; allowed are ascending ones above 0")


def fit_regimes(returns: FloatArray, n_states: int = 2) -> RegimeModel | None:
    """Return the model of greatest likelihood that is found from fixed first guesses (Baum and Welch); None if none is.

    Nothing is drawn: the same returns give the same model.

    Parameters
    ----------
    returns
        Log returns of consecutive bars, shape (n_bars,); NaN where unknown, which tells nothing about the state.
    n_states
        2 or more.
    """
    known = returns[np.isfinite(returns)]
    scale = float(np.sqrt(np.mean(known * known))) if known.size else 0.0
    if known.size < LEAST_RETURNS or not 0.0 < scale < math.inf:
        return None
    deviations = scale * SPREAD ** np.linspace(-0.5, 0.5, n_states)
    transition = np.full((n_states, n_states), (1.0 - STAY) / (n_states - 1))
    np.fill_diagonal(transition, STAY)
    start, likelihood = np.full(n_states, 1.0 / n_states), -math.inf
    for _ in range(MAX_ROUNDS):
        filtered, found = forward(returns, deviations, transition, start)
        if found - likelihood < GAIN_A_RETURN * known.size:
            break
        likelihood = found
        start, transition, deviations = _better(returns, filtered, transition)
    order = np.argsort(deviations, kind="stable")
    if not np.isfinite(deviations).all() or deviations[order[0]] <= 0.0:
        return None
    rows = transition[np.ix_(order, order)]
    return RegimeModel(_floats(deviations[order]), tuple(_floats(row) for row in rows), _floats(start[order]))


def filter_regimes(model: RegimeModel, returns: FloatArray) -> FloatArray:
    """Return the chance of each state at each bar's close, shape (n_bars, n_states), from returns up to that bar."""
    chances, _ = forward(returns, np.array(model.deviations), np.array(model.transition), np.array(model.start))
    return chances


@jit
def forward(
    returns: FloatArray, deviations: FloatArray, transition: FloatArray, start: FloatArray
) -> tuple[FloatArray, float]:
    """Return the chances of each state given the returns so far, and the log likelihood of all but its constant."""
    n_states = deviations.size
    chances = np.empty((returns.size, n_states))
    likelihood = 0.0
    for t in range(returns.size):
        largest = -np.inf
        for state in range(n_states):
            prior = start[state]
            if t > 0:
                prior = 0.0
                for former in range(n_states):
                    prior += chances[t - 1, former] * transition[former, state]
            chances[t, state] = prior
            score = returns[t] / deviations[state]
            largest = max(largest, -0.5 * score * score - np.log(deviations[state]))
        if not np.isfinite(returns[t]):
            continue
        total = 0.0
        for state in range(n_states):
            score = returns[t] / deviations[state]
            # Relative to the likeliest state, so that no density is too small for a float.
            chances[t, state] *= np.exp(-0.5 * score * score - np.log(deviations[state]) - largest)
            total += chances[t, state]
        if total > 0.0:
            chances[t] /= total
            likelihood += np.log(total) + largest
    return chances, likelihood


@jit
def _better(
    returns: FloatArray, filtered: FloatArray, transition: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return start, transition and deviations that make the returns no less likely; `filtered` is from `forward`."""
    n_bars, n_states = filtered.shape
    later = filtered[n_bars - 1].copy()
    moves, weights, squares = np.zeros((n_states, n_states)), np.zeros(n_states), np.zeros(n_states)
    for t in range(n_bars - 1, -1, -1):
        if t < n_bars - 1:
            smoothed = np.zeros(n_states)
            for after in range(n_states):
                prior = 0.0
                for state in range(n_states):
                    prior += filtered[t, state] * transition[state, after]
                for state in range(n_states):
                    move = filtered[t, state] * transition[state, after] * later[after] / prior if prior > 0.0 else 0.0
                    moves[state, after] += move
                    smoothed[state] += move
            later = smoothed
        if np.isfinite(returns[t]):
            for state in range(n_states):
                weights[state] += later[state]
                squares[state] += later[state] * returns[t] * returns[t]
    for state in range(n_states):
        moves[state] /= moves[state].sum()
    return later / later.sum(), moves, np.sqrt(squares / weights)


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
