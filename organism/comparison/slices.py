"""Returns of two strategies on the bars that the vault has shown to both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference import sharpe_difference
from backtest.inference.checks import NO_SPREAD
from backtest.metrics import daily_log_returns
from data.intervals import utc_text
from data.market import FloatArray, IntArray
from organism.comparison.values import EARNED_THE_SAME, Figures, PairOfCurves, SharpeTest, SliceComparison
from organism.report.data import drawdown, thinned
from organism.views.chapters.rolling import DAYS_PER_YEAR
from organism.views.chapters.slices import JudgedSlice

SEED = 20_080_614
"""Of every resampling, so that the same question has the same answer."""
POINTS = 400
HELD_OUT = ("OOS", "WF")


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """Bars of one slice that both have."""

    name: str
    time_ms: IntArray
    """Shape (n_bars,): UTC milliseconds of each bar's open."""
    a: FloatArray
    """Shape (n_bars,): pooled returns."""
    b: FloatArray
    n_left_out: int


def common_slices(a: Sequence[JudgedSlice], b: Sequence[JudgedSlice]) -> tuple[Common, ...]:
    """Return what both have of the slices that were judged for both; nothing of any other is looked at."""
    theirs = {part.name: part for part in b}
    found = (_common(part, theirs[part.name]) for part in a if part.name in theirs)
    return tuple(part for part in found if part.time_ms.size)


def joined(parts: Sequence[Common]) -> tuple[Common, ...]:
    """Return the parts, and the held-out ones put together if there are two."""
    held_out = [part for part in parts if part.name in HELD_OUT]
    if len(held_out) < 2:
        return tuple(parts)
    whole = Common(
        "+".join(part.name for part in held_out),
        np.concatenate([part.time_ms for part in held_out]),
        np.concatenate([part.a for part in held_out]),
        np.concatenate([part.b for part in held_out]),
        sum(part.n_left_out for part in held_out),
    )
    return (*parts, whole)


def compared(part: Common) -> SliceComparison:
    """Return figures, correlation and test of one slice."""
    one, other = _days(part.a, part.time_ms), _days(part.b, part.time_ms)
    test, untested = _test(one, other)
    return SliceComparison(
        name=part.name,
        first=utc_text(int(part.time_ms[0]))[:10],
        last=utc_text(int(part.time_ms[-1]))[:10],
        n_bars=part.time_ms.size,
        n_left_out=part.n_left_out,
        a=_figures(part.a, one),
        b=_figures(part.b, other),
        correlation=_correlation(one, other),
        test=test,
        untested=untested,
    )


def curves_of(part: Common) -> PairOfCurves:
    """Return the equity of both, thinned at the same bars."""
    one, other = _equity(part.a), _equity(part.b)
    places = np.union1d(thinned(one, POINTS), thinned(other, POINTS))
    return PairOfCurves(
        part.name,
        tuple(part.time_ms[places].tolist()),
        tuple(one[places].tolist()),
        tuple(other[places].tolist()),
    )


def _equity(returns: FloatArray) -> FloatArray:
    """Return equity at each close, the capital being 1."""
    return np.cumprod(1.0 + returns).astype(np.float64)


def _common(a: JudgedSlice, b: JudgedSlice) -> Common:
    both, ours, theirs = np.intersect1d(a.time_ms, b.time_ms, assume_unique=True, return_indices=True)
    n_left_out = a.time_ms.size + b.time_ms.size - 2 * both.size
    return Common(a.name, both, a.returns[ours], b.returns[theirs], n_left_out)


def _days(returns: FloatArray, time_ms: IntArray) -> FloatArray | None:
    """Return simple returns of UTC days; None for who has lost everything."""
    if not (np.isfinite(returns) & (returns > -1.0)).all():
        return None
    return np.expm1(daily_log_returns(returns, time_ms)[1])


def _figures(returns: FloatArray, days: FloatArray | None) -> Figures:
    if days is None:
        return Figures(None, None, None)
    equity = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    sharpe = float(days.mean() / days.std(ddof=1)) * math.sqrt(DAYS_PER_YEAR) if _varies(days) else None
    return Figures(float(equity[-1]) - 1.0, sharpe, abs(float(drawdown(equity).min())))


def _correlation(one: FloatArray | None, other: FloatArray | None) -> float | None:
    if one is None or other is None or not (_varies(one) and _varies(other)):
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _varies(days: FloatArray) -> bool:
    """Return whether there is more spread than rounding leaves."""
    return days.size > 1 and float(days.var()) > NO_SPREAD * float(np.mean(np.square(days)))


def _test(one: FloatArray | None, other: FloatArray | None) -> tuple[SharpeTest | None, str]:
    if one is None or other is None:
        return None, "one of the two has lost everything"
    if np.array_equal(one, other):
        return None, EARNED_THE_SAME
    try:
        found = sharpe_difference(one, other, rng=np.random.default_rng(SEED))
    except ValueError as error:
        return None, str(error)
    year = math.sqrt(DAYS_PER_YEAR)
    return (
        SharpeTest(
            found.difference * year,
            found.low * year,
            found.high * year,
            found.p_value,
            found.n_observations,
            found.block_length,
        ),
        "",
    )
