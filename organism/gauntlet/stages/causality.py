"""Stages that ask whether a subject could have known what it traded on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backtest.signals import Signals
from data.alignment import cut
from data.market import Universe
from data.worlds.altered import scrambled_after
from evolution.opcodes.types import MAX_WARM_UP_BARS
from organism.gauntlet.case import Case
from organism.gauntlet.verdict import StageResult, measure, not_asked

SEED = 20_250_202


@dataclass(frozen=True, slots=True)
class SeesNoFuture:
    """Whatever happens after a bar, the levels up to it stay what they were."""

    n_cuts: int = 20
    slice_name: str = "IS"
    name: str = "levels that change with the future"
    cost: int = 3

    def judge(self, case: Case) -> StageResult:
        rng = np.random.default_rng(SEED)
        cuts = np.linspace(case.slice.start, case.slice.stop - 2, self.n_cuts + 1)[1:].astype(int)
        changed = 0
        for bar in cuts.tolist():
            other = case.subject.signals(scrambled_after(case.universe, bar, rng))
            changed += _differing(case.signals, other, range(case.slice.start, bar + 1), shift=0)[0]
        return measure(
            self.name,
            self.slice_name,
            float(changed),
            "<",
            1.0,
            meaning=f"History after each of {self.n_cuts} bars is replaced by nonsense, and every level up to the bar "
            "compared bit by bit. One change means that the rule looks ahead, and that all its figures are void.",
        )


@dataclass(frozen=True, slots=True)
class StartsAnywhere:
    """Where history begins is forgotten after the longest warm-up that a rule may have.

    A history too short for that is asked about the warm-up of the very rule.
    """

    n_starts: int = 3
    maximum_percent: float = 0.1
    warm_up_bars: int = MAX_WARM_UP_BARS
    slice_name: str = "IS"
    name: str = "levels that depend on where history begins"
    cost: int = 3

    def judge(self, case: Case) -> StageResult:
        longest, own = self.warm_up_bars, case.subject.warm_up_bars
        warm_up_bars = longest if _later_starts(case, self.n_starts, longest) else min(longest, own)
        starts = _later_starts(case, self.n_starts, warm_up_bars)
        if not starts:
            return not_asked(
                self.name,
                self.slice_name,
                "<",
                self.maximum_percent,
                unit="%",
                meaning=f"Not asked: {case.slice.stop:,} bars are too few to be begun later and leave {warm_up_bars:,} "
                "bars for the warm-up of the rule. It speaks neither for nor against it.",
            )
        n_levels = n_changed = 0
        for start in starts:
            later = Universe(
                f"{case.universe.snapshot_id}:from-{start}",
                cut(case.universe.markets, start_ms=int(case.universe.time_ms[start])),
            )
            compared = range(max(start + warm_up_bars, case.slice.start), case.slice.stop)
            changed, levels = _differing(case.signals, case.subject.signals(later), compared, shift=start)
            n_changed, n_levels = n_changed + changed, n_levels + levels
        return measure(
            self.name,
            self.slice_name,
            100.0 * n_changed / n_levels,
            "<",
            self.maximum_percent,
            unit="%",
            meaning=f"Of {n_levels:,} levels past {warm_up_bars:,} bars of warm-up, those that are others when "
            "history begins later. A value within rounding of its threshold may differ; a rule that repaints does.",
        )


def _later_starts(case: Case, n_starts: int, warm_up_bars: int) -> list[int]:
    """Return bars from which enough of the slice is left to be compared."""
    room = case.slice.stop - warm_up_bars - 1
    return [int(start) for start in np.linspace(0, room, n_starts + 2)[1:-1]] if room > n_starts else []


def _differing(
    ours: Mapping[str, Signals], others: Mapping[str, Signals], bars: range, *, shift: int
) -> tuple[int, int]:
    """Count levels on `bars` that differ, and all of them; `others` begin `shift` bars later."""
    changed = levels = 0
    for coin, signals in ours.items():
        for mine, theirs in zip(signals.to_bools(), others[coin].to_bools(), strict=True):
            pair = mine[bars.start : bars.stop], theirs[bars.start - shift : bars.stop - shift]
            changed += int((pair[0] != pair[1]).sum())
            levels += pair[0].size
    return changed, levels
