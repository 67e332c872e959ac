"""A search that has ended, and what it found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.market import FloatArray
from evolution.genome.genome import Genome
from evolution.genome.render import render
from evolution.trials import read_segments
from organism.foundry import RunOutcome
from organism.ledger import count_trials
from organism.workbench.tables import on_one_line

PROGRESS = ["generation", "n_trials", "best", "median", "best_fresh"]


@dataclass(frozen=True, slots=True, eq=False)
class EvolvedRun:
    """A finished run of a workbench."""

    outcome: RunOutcome

    def __repr__(self) -> str:
        n_registered = len(self.outcome.registered)
        return f"{self.name}: {self.n_trials:,} rules scored, {n_registered} handed to the gauntlet"

    @property
    def name(self) -> str:
        """Of the run's folder."""
        return self.outcome.folder.name

    @property
    def n_trials(self) -> int:
        """Distinct rules that were scored; see `n_tried` for what else was looked at."""
        return self.outcome.state.n_trials

    @property
    def n_tried(self) -> int:
        """All that the home has looked at, what screens have asked included: what the gauntlet corrects for."""
        return count_trials(self.outcome.folder.path.parent).tried

    @property
    def rules(self) -> list[Genome]:
        """The hall of fame, best first."""
        return [item.genome for item in self.outcome.state.hall_of_fame]

    def best(self, n: int = 5) -> pd.DataFrame:
        """Return the best rules: Sharpe ratio (annual, after costs, in sample), round trips, nodes, and the text."""
        rows = [
            (item.score.sharpe, item.score.n_trades, item.score.size, on_one_line(render(item.genome)))
            for item in self.outcome.state.hall_of_fame[:n]
        ]
        table = pd.DataFrame(rows, columns=["Sharpe", "round trips", "nodes", "rule"])
        return table.round({"Sharpe": 2})

    def opcodes(self, *names: str) -> pd.Series[int]:
        """Return in how many rules of the hall of fame these opcodes are used; without names, all of them, most first.

        `never`, which stands where a side has no entry or no exit, is left out.
        """
        found = Counter(name for rule in self.rules for name in rule.opcodes() - {"never"})
        names = names or tuple(sorted(found, key=lambda name: (-found[name], name)))
        return pd.Series({name: found[name] for name in names}, dtype="int64", name=f"of {len(self.rules)} rules")

    def progress(self) -> pd.DataFrame:
        """Return a row a generation: rules tried so far, highest and median Sharpe ratio, and that of fresh draws."""
        table = pd.read_parquet(self.outcome.folder.metrics, columns=PROGRESS)
        return table.set_index("generation")

    def trial_sharpes(self) -> FloatArray:
        """Return the Sharpe ratio of every rule that was tried and has one, shape (n,), annual, in sample."""
        found = [table["sharpe"].drop_null().to_numpy() for table in read_segments(self.outcome.folder.trials)]
        return np.concatenate(found) if found else np.empty(0)
