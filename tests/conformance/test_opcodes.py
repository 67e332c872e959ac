"""What every opcode must pass, under every signature, at its smallest, a middle and its largest window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import isqrt

import numpy as np
import pytest

from data.errors import GenomeError
from data.market import BoolArray, FloatArray, Market
from data.rolling import rolling_mean
from evolution.conformance import CHECKS, Case, Check, cases_of, conformance
from evolution.conformance.histories import walk
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Opcode
from evolution.opcodes.types import MAX_WARM_UP_BARS

ON_ONE_COIN = {name: opcode for name, opcode in CATALOGUE.items() if not opcode.is_across_coins}
"""Those that read other coins have a suite of their own."""

SPAN: dict[str, Callable[[int], int]] = {
    "open": lambda w: 1,
    "high": lambda w: 1,
    "low": lambda w: 1,
    "close": lambda w: 1,
    "volume": lambda w: 1,
    "returns": lambda w: w + 1,
    "rsi": lambda w: w + 1,
    "sma": lambda w: w,
    "ema": lambda w: w,
    "atr": lambda w: w + 1,
    "zscore": lambda w: w,
    "rank": lambda w: w,
    "gap": lambda w: 1,
    "rolling_min": lambda w: w,
    "rolling_max": lambda w: w,
    "funding_rate": lambda w: w,
    "funding_zscore": lambda w: w + 7,
    "above": lambda w: 1,
    "below": lambda w: 1,
    "crosses_above": lambda w: 2,
    "crosses_below": lambda w: 2,
    "and": lambda w: 1,
    "or": lambda w: 1,
    "not": lambda w: 1,
    "wma": lambda w: w,
    "hma": lambda w: w + isqrt(w) - 1,
    "vwma": lambda w: w,
    "median": lambda w: w,
    "stochastic": lambda w: w,
    "position": lambda w: w,
    "cmo": lambda w: w + 1,
    "aroon": lambda w: w + 1,
    "cci": lambda w: w,
    "adx": lambda w: 2 * w,
    "trix": lambda w: 3 * w - 1,
    "keltner": lambda w: w + 1,
    "slope": lambda w: w,
    "efficiency": lambda w: w + 1,
    "streak": lambda w: w + 1,
    "volatility": lambda w: w + 1,
    "volatility_ratio": lambda w: 4 * w + 1,
    "parkinson": lambda w: w,
    "garman_klass": lambda w: w,
    "rogers_satchell": lambda w: w,
    "volume_ratio": lambda w: w,
    "mfi": lambda w: w + 1,
    "cmf": lambda w: w,
    "obv": lambda w: w + 1,
    "skewness": lambda w: w + 1,
    "volume_correlation": lambda w: w,
    "autocorrelation": lambda w: w + 2,
    "funding_carry": lambda w: w,
    "funding_persistence": lambda w: w + 7,
    "within": lambda w: w,
    "mostly": lambda w: w,
    "throughout": lambda w: w,
    "bars_since": lambda w: w,
    "squeeze": lambda w: w + 1,
    "breaks_above": lambda w: w + 1,
    "breaks_below": lambda w: w + 1,
    "body": lambda w: 1,
    "upper_wick": lambda w: 1,
    "lower_wick": lambda w: 1,
    "range_ratio": lambda w: w + 1,
    "calm": lambda w: 744,
    "wild": lambda w: 744,
    "rising": lambda w: 169,
    "falling": lambda w: 169,
    "changed": lambda w: w + 1,
}
"""Bars up to the present one that must all be there for a value, by window, on hourly bars."""

DAYS_BEFORE = {"day_open": 0, "previous_day_high": 1, "previous_day_low": 1, "previous_day_close": 1}
"""Whole UTC days before that of the bar whose bars must all be there, as those of its own day up to it."""
ON_ALL_BARS = ("delay", "never", "time_of_day", "time_of_week", "funding_due")
"""Opcodes that a hole does not silence: an earlier truth, a constant one, and the calendar."""
FOR_ANY_INTERVAL = ("funding_zscore", "funding_persistence", *DAYS_BEFORE)
"""Opcodes whose warm-up is longer than hourly bars need, since the interval is not known to it."""


CASES = pytest.mark.parametrize("case", [case for opcode in ON_ONE_COIN.values() for case in cases_of(opcode)], ids=str)


def _known_where_all_available(available: BoolArray, span: int) -> BoolArray:
    run = np.cumsum(np.concatenate(([0], available)))
    known = np.zeros(available.size, dtype=np.bool_)
    known[span - 1 :] = run[span:] - run[:-span] == span
    return known


def _known_through_the_day(market: Market, days_before: int) -> BoolArray:
    hours = market.time_ms // market.interval_ms % 24
    first = np.arange(market.n_bars) - hours - 24 * days_before
    return np.array([a >= 0 and market.is_available[a : t + 1].all() for t, a in enumerate(first)])


@CASES
@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_every_opcode_conforms(case: Case, check: Check) -> None:
    assert check(case) is None


@CASES
def test_a_value_is_known_exactly_where_its_bars_are(case: Case) -> None:
    holed = walk(hole=True)
    known = ~np.isnan(case.floats(holed))
    if case.opcode.name in ON_ALL_BARS:
        expected = np.ones(holed.n_bars, dtype=np.bool_)
        if case.opcode.name == "delay":
            expected[: case.window] = False
            expected[case.window :] = holed.is_available[: holed.n_bars - case.window]
    elif case.opcode.name in DAYS_BEFORE:
        expected = _known_through_the_day(holed, DAYS_BEFORE[case.opcode.name])
    else:
        expected = _known_where_all_available(holed.is_available, SPAN[case.opcode.name](case.window))
    np.testing.assert_array_equal(known, expected)


@CASES
def test_the_warm_up_is_no_longer_than_it_has_to_be(case: Case) -> None:
    first = int(np.argmax(~np.isnan(case.floats(walk()))))
    if not case.opcode.is_recursive and case.opcode.name not in FOR_ANY_INTERVAL:
        assert first == case.warm_up_bars
    assert first <= case.warm_up_bars


def test_the_longest_warm_up_of_an_opcode_leaves_room_for_an_average_inside() -> None:
    longest = {name: opcode.warm_up_bars((opcode.windows[-1],)) for name, opcode in CATALOGUE.items()}
    # ln(1e-12) / ln(99 / 101) = 1381.5 and ln(1e-12) / ln(99 / 100) = 2749.3, rounded up, and 100 bars of seed.
    assert {name: longest[name] for name in ("ema", "rsi", "atr")} == {"ema": 1_482, "rsi": 2_850, "atr": 2_850}
    # n = 2999 is the first with 0.99**n * (1 + n * 0.01 / 0.99 * 0.99**99) < 1e-12; two seeds and a change before it.
    assert longest["adx"] == 2_999 + 2 * 99 + 1
    assert max(longest.values()) + longest["sma"] <= MAX_WARM_UP_BARS


def sealed_mean(market: Market, window: int, values: FloatArray) -> FloatArray:
    mean = rolling_mean(values, window, int(-(market.time_ms[0] // market.interval_ms) % window))
    mean.setflags(write=False)
    return mean


def open_mean(market: Market, values: FloatArray, window: int) -> FloatArray:
    return rolling_mean(values, window, int(-(market.time_ms[0] // market.interval_ms) % window))


def shifted_by_one(market: Market, values: FloatArray, window: int) -> FloatArray:
    return sealed_mean(market, window, np.roll(values, -1))


def counted_from_the_first_bar(market: Market, values: FloatArray, window: int) -> FloatArray:
    return sealed_mean(market, window, values + np.arange(values.size))


def with_a_fixed_price(market: Market, values: FloatArray, window: int) -> FloatArray:
    return sealed_mean(market, window, values + 1.0)


def with_a_longer_window(market: Market, values: FloatArray, window: int) -> FloatArray:
    return sealed_mean(market, window + 1, values)


def with_infinity(market: Market, values: FloatArray, window: int) -> FloatArray:
    mean = np.where(values == values[0], np.inf, sealed_mean(market, window, values))
    mean.setflags(write=False)
    return mean


SMA = CATALOGUE["sma"]
MISTAKES: dict[str, tuple[Opcode, str]] = {
    "reads the next bar": (replace(SMA, compute=shifted_by_one), "the future changes no bit of the past"),
    "counts from the first bar": (
        replace(SMA, compute=counted_from_the_first_bar),
        "past the warm-up, the beginning of history does not matter",
    ),
    "knows a price": (replace(SMA, compute=with_a_fixed_price), "the level of price changes nothing but prices"),
    "needs more than it says": (replace(SMA, compute=with_a_longer_window), "past the warm-up, every value is known"),
    "leaves its bounds": (replace(SMA, bounds=(0.0, 1.0)), "values stay within the bounds"),
    "can be written to": (replace(SMA, compute=open_mean), "odd markets have an answer of the right shape"),
    "is infinite": (replace(SMA, compute=with_infinity), "odd markets have an answer of the right shape"),
    "says it commutes": (
        replace(CATALOGUE["gap"], is_commutative=True),
        "commutative exactly if the order does not matter",
    ),
    "hides an argument": (replace(SMA, explain="the average"), "it describes itself"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_and_named(mistake: str) -> None:
    opcode, check = MISTAKES[mistake]
    wrong = {found.check: found.wrong for found in conformance(opcode) if found.wrong}
    assert wrong[check].startswith(f"{opcode.name}(")


def test_a_sound_opcode_has_nothing_wrong_in_any_case() -> None:
    findings = conformance(SMA)
    assert [found.wrong for found in findings] == [""] * len(CHECKS)
    # Prices and volumes, each with the smallest, a middle and the largest window.
    assert {found.cases for found in findings} == {6}


def test_opcodes_that_read_other_coins_are_not_for_these_checks() -> None:
    with pytest.raises(GenomeError, match="'peers' reads other coins"):
        conformance(CATALOGUE["peers"])
