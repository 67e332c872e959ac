"""What one search of permuted history reached; a plain value, one JSON file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from data.errors import DataError
from data.shown import inert_line
from evolution.run.layout import read_json, write_json
from evolution.run.state import SearchState
from organism.permutations.plan import PermutationPlan


@dataclass(frozen=True, slots=True)
class PermutedSearch:
    """One search, of the same budget as the run's own."""

    number: int
    """From 0."""
    seed: int
    """Of the permutation of the bars."""
    best_sharpe: float | None
    """The highest annual Sharpe ratio after costs in its hall of fame; None if nothing had a fitness."""
    n_scored: int
    """Distinct genotypes scored. They are no trials: what they were scored on is not history."""
    search_seconds: float
    """Processor time."""

    def save(self, plan: PermutationPlan) -> None:
        """Write the result's file, whole or not at all."""
        write_json(plan.file(self.number), {"schema": 1, "run": plan.run.name, **asdict(self)})


def best_sharpe(state: SearchState) -> float | None:
    """Return the highest Sharpe ratio in the hall of fame, of which the best are handed over; None if it is empty."""
    return max((item.score.sharpe for item in state.hall_of_fame), default=None)


NAMES = ("schema", "run", *(item.name for item in fields(PermutedSearch)))


def load_result(plan: PermutationPlan, number: int) -> PermutedSearch:
    """Return a result.

    Raises
    ------
    DataError
        If the file is damaged or of another search, saying to remove it: its search is then made again.
    """
    path = plan.file(number)
    try:
        plain = read_json(path, *NAMES)
        wrong = _wrong(plain, plan, number)
    except DataError as error:
        wrong = inert_line(str(error).split(";")[0], 200)
    if wrong:
        raise DataError(f"{path} is no result of this search ({wrong}): remove it, and its search is made again")
    return PermutedSearch(**{item.name: plain[item.name] for item in fields(PermutedSearch)})


def _wrong(plain: Mapping[str, Any], plan: PermutationPlan, number: int) -> str:
    """Return what is wrong, or nothing."""
    expected = {"schema": 1, "run": plan.run.name, "number": number, "seed": plan.seed_of(number)}
    others = [name for name, value in expected.items() if type(plain[name]) is not type(value) or plain[name] != value]
    if others:
        return f"{others[0]} is not its own"
    if set(plain) != set(NAMES):
        return "it has other keys"
    if plain["best_sharpe"] is not None and not _is_number(plain["best_sharpe"]):
        return "best_sharpe is no number"
    if type(plain["n_scored"]) is not int or plain["n_scored"] < 0:
        return "n_scored is no count"
    return "" if _is_number(plain["search_seconds"]) and plain["search_seconds"] >= 0 else "search_seconds is no time"


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
