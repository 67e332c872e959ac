"""Optuna, which is told what settings of some dials are worth, and says which to try next."""

from __future__ import annotations

import warnings
from typing import Any

GRID = (-2, 2, -4, 4)
"""Steps away at which each dial is looked at alone, before anything is guessed; all dials at the first one first."""
SPAN = 6
"""Steps to either side that a dial may be turned."""
Steps = tuple[int, ...]


class Study:
    """A search over whole steps of some dials; the more is known, the nearer to what was good (TPE, Bergstra 2011).

    First come the settings as they are, then each dial alone on a coarse grid, then what the sampler proposes. It knows
    nothing but what it is told, and the same seed and answers bring the same questions.

    Parameters
    ----------
    n_dials
        At least one.
    n_alone
        Points of the grid that are looked at, at most: rules of many dials leave something to the sampler too.
    seed
        Of the sampler.
    """

    def __init__(self, n_dials: int, n_alone: int, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with warnings.catch_warnings():
            # Sampling dials together is marked experimental, which is nothing that a user of ours could act on.
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=1, multivariate=True)
        self._study: Any = optuna.create_study(direction="maximize", sampler=sampler)
        self._names = [f"dial {place}" for place in range(n_dials)]
        self._failed = optuna.trial.TrialState.FAIL
        self._asked: dict[Steps, list[Any]] = {}
        for steps in _grid(n_dials)[: 1 + n_alone]:
            self._study.enqueue_trial(dict(zip(self._names, steps, strict=True)))

    def ask(self) -> Steps:
        """Return how many steps each dial is to be turned next."""
        trial = self._study.ask()
        steps = tuple([int(trial.suggest_int(name, -SPAN, SPAN)) for name in self._names])
        self._asked.setdefault(steps, []).append(trial)
        return steps

    def tell(self, steps: Steps, value: float | None) -> None:
        """Say what settings that were asked for are worth; None: nothing, as there is no such rule."""
        trial = self._asked[steps].pop()
        if value is None:
            self._study.tell(trial, state=self._failed)
        else:
            self._study.tell(trial, value)


def _grid(n_dials: int) -> list[Steps]:
    still = (0,) * n_dials
    return [still, *((*still[:dial], turn, *still[dial + 1 :]) for turn in GRID for dial in range(n_dials))]
