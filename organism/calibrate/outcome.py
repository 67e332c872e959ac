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
from organism.calibrate.probe import Answer


@dataclass(frozen=True, slots=True)
class Announced:
    """One graduate."""

    held_out: float
    """Its Sharpe ratio on the days of both held-out slices, which is what a user is told."""
    continued: float | None
    """Its Sharpe ratio on a long continuation that nobody has seen; None in a world without a cause, where it is
    worth nothing."""


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
    ungated_p_value: float | None
    """Of alpha on both held-out slices, of whichever looked best in sample, free of costs and asked by no stage."""
    announced: tuple[Announced, ...]
    """Of each graduate."""
    answers: tuple[Answer, ...]
    """Of every stage to one rule: the oracle, or the best-looking strategy if its in-sample Sharpe ratio is above that
    of the policy; empty if there is no such rule."""
    search_seconds: float
    """Processor time."""
    judge_seconds: float
    """Processor time."""

    @property
    def name(self) -> str:
        return f"{self.class_name}-{self.number:05d}"

    def save(self, folder: Path) -> None:
        """Write `CLASS-NUMBER.json`, whole or not at all."""
        write_atomically(folder / f"{self.name}.json", canonical_json({"schema": 2, **asdict(self)}) + b"\n")


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
        return outcome_from_plain(plain)
    except (TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path} holds no outcome ({error}): remove it, and its world is made again") from None


def outcome_from_plain(plain: Mapping[str, Any]) -> Outcome:
    """Return the outcome of a document whose keys are there; what is wrong in it raises whatever it raises."""
    values = {name: plain[name] for name in NAMES}
    values["kills"] = {str(name): int(count) for name, count in values["kills"].items()}
    values["joined_p_values"] = tuple(float(p) for p in values["joined_p_values"])
    values["announced"] = tuple(Announced(**one) for one in values["announced"])
    values["answers"] = tuple(Answer(**one) for one in values["answers"])
    return Outcome(**values)
