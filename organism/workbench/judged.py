"""What the gauntlet has said, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from textwrap import fill

import pandas as pd

from data.errors import ConfigError
from data.snapshot import Snapshot
from evolution.genome.explain import explain
from evolution.genome.genome import Genome
from evolution.genome.render import render
from organism.gauntlet.recording import Judgement
from organism.gauntlet.verdict import StageResult
from organism.registry.states import Verdict
from organism.workbench.slices import SliceReturns

LINE = 100
"""Characters."""
WORDS = {Verdict.PASS: "GRADUATE"}


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One strategy and its verdict."""

    judgement: Judgement
    genome: Genome
    snapshot: Snapshot
    """The history that it was judged on."""

    def __repr__(self) -> str:
        return f"[{self.verdict}] {self.id}: {self.judgement.reason}"

    @property
    def id(self) -> str:
        return self.judgement.strategy_id

    @property
    def verdict(self) -> str:
        """GRADUATE, WATCH or KILL."""
        return WORDS.get(self.judgement.verdict, self.judgement.verdict.value.upper())

    @property
    def rule(self) -> str:
        """A line a root, and one for risk."""
        return render(self.genome)

    @property
    def words(self) -> str:
        """The rule as a paragraph, in lines that a page can hold."""
        return fill(explain(self.genome), LINE)

    @property
    def sharpe(self) -> float:
        """Annual, in sample, at the frozen scale; minus infinity where there is none."""
        found = [one.sharpe for one in self.slices if one.name == "IS" and isfinite(one.sharpe)]
        return found[0] if found else float("-inf")

    @property
    def slices(self) -> Sequence[SliceReturns]:
        """Those that it was asked about: in sample alone, unless the vault was opened for it."""
        return [
            SliceReturns(record.slice.name, record.time_ms, record.returns, _number(record.metrics["sharpe"]))
            for record in self.judgement.examination.slices
        ]

    @property
    def stages(self) -> pd.DataFrame:
        """A row a stage that it was asked: measured against asked for."""
        return stages_table(self.judgement.examination.stages)


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """All that one call of the gauntlet has judged."""

    all: tuple[Judged, ...]
    """Highest Sharpe ratio in sample first."""

    def __repr__(self) -> str:
        return f"{len(self.all)} judged: {', '.join(f'{n} {word}' for word, n in self.counts.items())}"

    def __getitem__(self, strategy_id: str) -> Judged:
        for one in self.all:
            if one.id == strategy_id:
                return one
        raise ConfigError(f"strategy {strategy_id!r} was not judged; these were: {', '.join(o.id for o in self.all)}")

    @property
    def counts(self) -> dict[str, int]:
        """How many of each verdict."""
        words = [one.verdict for one in self.all]
        return {word: words.count(word) for word in sorted(set(words))}

    @property
    def graduates(self) -> list[Judged]:
        """Those that passed every stage."""
        return [one for one in self.all if one.judgement.verdict is Verdict.PASS]

    @property
    def best(self) -> Judged:
        """Whichever looks best in sample, whatever became of it."""
        return self.all[0]

    @property
    def table(self) -> pd.DataFrame:
        """A row a strategy: the verdict, and the one line that says why."""
        rows = [(one.id, one.verdict, one.sharpe, one.judgement.reason) for one in self.all]
        table = pd.DataFrame(rows, columns=["strategy", "verdict", "Sharpe in sample", "because"])
        return table.round({"Sharpe in sample": 2}).set_index("strategy").rename_axis(None)


def stages_table(stages: Iterable[StageResult]) -> pd.DataFrame:
    """Return stages as a table, in the order they were asked."""
    rows = [
        (
            one.slice_name,
            one.stage,
            one.measured_text,
            one.threshold_text,
            "pass" if one.verdict is Verdict.PASS else "MISSED",
        )
        for one in stages
    ]
    table = pd.DataFrame(rows, columns=["slice", "stage", "measured", "asked for", "answer"])
    return table.set_index("slice").rename_axis(None)


def _number(sharpe: float | None) -> float:
    return nan if sharpe is None else sharpe
