"""What the foundry made of one world; a plain value, one JSON file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from data.canonical import canonical_json
from data.durable import write_atomically
from data.errors import DataError
from evolution.run.layout import read_json


@dataclass(frozen=True, slots=True)
class Outcome:
    """One world, from bars to verdicts."""

    class_name: str
    number: int
    seed: int
    n_trials: int
    n_judged: int
    n_registered: int
    n_graduates: int
    n_base: int
    """Of those judged, how many the bare rule would have passed: Sharpe and drawdown in three slices, no more."""
    n_deflated: int
    """How many a deflated Sharpe ratio of 0.95 in sample would have passed, at all trials of the run."""
    overfitting: float | None
    """Probability of backtest overfitting of those judged (CSCV); None with fewer than two."""
    found_cause: bool | None
    """Whether one of those judged moves with the oracle in sample; None without an oracle."""
    kills: Mapping[str, int]
    """By slice and stage: how many each stopped first."""
    joined_p_values: tuple[float, ...]
    """Of the registered candidates that were asked on both slices, before correction."""
    announced: tuple[tuple[float, float], ...]
    """Of each graduate: its Sharpe ratio on the held-out slices, and on a continuation that nobody has seen."""
    search_seconds: float
    """Processor time."""
    judge_seconds: float
    """Processor time."""

    def save(self, folder: Path) -> None:
        """Write `CLASS-NUMBER.json`, whole or not at all."""
        path = folder / f"{self.class_name}-{self.number:05d}.json"
        write_atomically(path, canonical_json({"schema": 1, **asdict(self)}) + b"\n")


NAMES = tuple(item.name for item in fields(Outcome))


def load_outcome(path: Path) -> Outcome:
    """Return an outcome.

    Raises
    ------
    DataError
        If the file is damaged, saying to remove it: its world is then made again.
    """
    plain = read_json(path, *NAMES)
    try:
        return _outcome(plain)
    except (TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path} holds no outcome ({error}): remove it, and its world is made again") from None


def _outcome(plain: Mapping[str, Any]) -> Outcome:
    values = {name: plain[name] for name in NAMES}
    values["kills"] = {str(name): int(count) for name, count in values["kills"].items()}
    values["joined_p_values"] = tuple(float(p) for p in values["joined_p_values"])
    values["announced"] = tuple((float(a), float(b)) for a, b in values["announced"])
    return Outcome(**values)
