"""What every opcode must pass, under every signature, at its smallest, a middle and its largest window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from math import isqrt
from typing import Any

import numpy as np
import pytest

from data.market import BoolArray, FloatArray, Market
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Signature
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import MAX_WARM_UP_BARS, NUMERIC, ValueType
from tests.conformance.histories import HOLE, N_BARS, build, cut, scrambled

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


@dataclass(frozen=True)
class Case:
    """One opcode under one signature and window; `constant` is the position of a constant argument."""

    name: str
    signature: Signature
    window: int
    constant: int | None = None

    def __str__(self) -> str:
        kinds = ["constant" if k == self.constant else kind for k, kind in enumerate(self.signature.arguments)]
        return f"{self.name}({','.join(kinds)})-{self.window}"

    @property
    def warm_up_bars(self) -> int:
        return CATALOGUE[self.name].warm_up_bars((self.window,) if self.window else ())

    def arguments(self, market: Market) -> list[Any]:
        taken = iter(range(len(self.signature.arguments)))
        return [self._argument(market, kind, next(taken)) for kind in self.signature.arguments]

    def _argument(self, market: Market, kind: ValueType, position: int) -> Any:
        if kind is ValueType.WINDOW:
            return self.window
        if position == self.constant:
            return {ValueType.DIMENSIONLESS: 0.01, ValueType.OSCILLATOR: 50.0}[kind]
        return SOURCES[kind][position](market)

    def value(self, market: Market) -> Any:
        return CATALOGUE[self.name](market, *self.arguments(market))

    def floats(self, market: Market) -> FloatArray:
        """Return the value as floats: 1 where True, 0 where False, NaN where unknown."""
        value = self.value(market)
        if isinstance(value, Truth):
            true, known = value.to_bools(market.n_bars)
            return np.where(known, true, np.nan)
        assert isinstance(value, np.ndarray)
        return value


def _sealed(values: FloatArray) -> FloatArray:
    values.setflags(write=False)
    return values


SOURCES: dict[ValueType, tuple[Callable[[Market], Any], Callable[[Market], Any]]] = {
    ValueType.PRICE: (lambda m: m.close, lambda m: m.open),
    ValueType.VOLUME: (lambda m: m.volume, lambda m: _sealed(50.0 + m.volume % 100)),
    ValueType.DIMENSIONLESS: (lambda m: _sealed(m.close / m.low - 1), lambda m: _sealed(m.high / m.open - 1)),
    ValueType.OSCILLATOR: (lambda m: _sealed(m.volume % 100), lambda m: _sealed(7.0 * m.volume % 100)),
    ValueType.BOOL: (
        lambda m: Truth.from_bools(m.close > m.open, m.is_available),
        lambda m: Truth.from_bools(m.high > 1.01 * m.close, m.is_available),
    ),
}
"""First and second argument of each type; each of their values depends on its own bar alone."""


def _cases() -> list[Case]:
    cases = []
    for name, opcode in ON_ONE_COIN.items():
        windows = (opcode.windows[0], 24, opcode.windows[-1])
        for signature in opcode.signatures:
            used = windows if ValueType.WINDOW in signature.arguments else (0,)
            cases += [Case(name, signature, window) for window in used]
            if opcode.family == "comparisons" and signature.arguments[0] in NUMERIC[2:]:
                cases += [Case(name, signature, 0, constant) for constant in (0, 1)]
    return cases


CASES = pytest.mark.parametrize("case", _cases(), ids=str)


@pytest.fixture(scope="module")
def market(make_market: Callable[..., Market]) -> Market:
    return build(make_market, 1)


@pytest.fixture(scope="module")
def holed(make_market: Callable[..., Market]) -> Market:
    available = np.ones(N_BARS, dtype=np.bool_)
    available[HOLE] = False
    return build(make_market, 1, available=available)


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
@pytest.mark.parametrize("last", [63, 1_500, 4_350])
def test_the_future_changes_no_bit_of_the_past(case: Case, market: Market, last: int) -> None:
    past = case.floats(market)[: last + 1]
    assert case.floats(scrambled(market, last))[: last + 1].tobytes() == past.tobytes()
    assert case.floats(cut(market, 0, last + 1)).tobytes() == past.tobytes()


@CASES
@pytest.mark.parametrize("start", [1, 640, 777])
def test_past_the_warm_up_the_beginning_of_history_does_not_matter(
    case: Case, market: Market, holed: Market, start: int
) -> None:
    # A hole begins a recursion afresh, and would hide what is left of its first state.
    history = market if CATALOGUE[case.name].is_recursive else holed
    whole = case.floats(history)[start + case.warm_up_bars :]
    late = case.floats(cut(history, start, history.n_bars))[case.warm_up_bars :]
    assert whole.size > 0
    if CATALOGUE[case.name].is_recursive:
        scale = np.nanmax(np.abs(whole))
        np.testing.assert_allclose(late, whole, rtol=0.0, atol=1e-9 * scale)
    else:
        assert late.tobytes() == whole.tobytes()


@CASES
def test_a_value_is_known_exactly_where_its_bars_are(case: Case, holed: Market) -> None:
    known = ~np.isnan(case.floats(holed))
    if case.name in ON_ALL_BARS:
        expected = np.ones(N_BARS, dtype=np.bool_)
        if case.name == "delay":
            expected[: case.window] = False
            expected[case.window :] = holed.is_available[: N_BARS - case.window]
    elif case.name in DAYS_BEFORE:
        expected = _known_through_the_day(holed, DAYS_BEFORE[case.name])
    else:
        expected = _known_where_all_available(holed.is_available, SPAN[case.name](case.window))
    np.testing.assert_array_equal(known, expected)


@CASES
def test_no_value_is_declared_trustworthy_before_it_can_exist(case: Case, market: Market) -> None:
    known = ~np.isnan(case.floats(market))
    first = int(np.argmax(known))
    assert known[first:].all()
    assert first <= case.warm_up_bars
    if not CATALOGUE[case.name].is_recursive and case.name not in FOR_ANY_INTERVAL:
        assert first == case.warm_up_bars


@pytest.mark.parametrize("case", [c for c in _cases() if CATALOGUE[c.name].is_recursive], ids=str)
def test_recursion_begins_afresh_after_a_hole(case: Case, holed: Market) -> None:
    after = case.floats(cut(holed, HOLE.stop, N_BARS))
    assert np.isfinite(after).any()
    assert case.floats(holed)[HOLE.stop :].tobytes() == after.tobytes()


@CASES
def test_values_stay_within_the_declared_bounds(case: Case, make_market: Callable[..., Market]) -> None:
    low, high = CATALOGUE[case.name].bounds
    n = 900
    jump = np.where(np.arange(n) == n - 1, 1e6, np.arange(n) % 2 + 1.0)
    walk = case.floats(build(make_market, 3))
    assert np.isfinite(walk).any()
    for values in (walk, case.floats(make_market(jump, volume=jump, funding_rate=jump))):
        known = values[~np.isnan(values)]
        assert low is None or (known >= low).all()
        assert high is None or (known <= high).all()


@CASES
@pytest.mark.parametrize("level", [1e-10, 1e4])
def test_the_level_of_price_changes_nothing_but_prices(case: Case, market: Market, level: float) -> None:
    scaled = replace(market, **{name: getattr(market, name) * level for name in ("open", "high", "low", "close")})
    expected = case.floats(market) * (level if case.signature.result is ValueType.PRICE else 1.0)
    np.testing.assert_allclose(case.floats(scaled), expected, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(expected)))


@CASES
def test_inputs_are_not_written_and_the_answer_repeats(case: Case, market: Market) -> None:
    arguments = case.arguments(market)
    opcode = CATALOGUE[case.name]
    before = [_bytes(argument) for argument in arguments]
    first = _bytes(opcode(market, *arguments))
    assert _bytes(opcode(market, *arguments)) == first
    assert [_bytes(argument) for argument in arguments] == before


def _bytes(value: Any) -> bytes:
    return value.true.tobytes() + value.false.tobytes() if isinstance(value, Truth) else np.asarray(value).tobytes()


ODD_MARKETS: dict[str, Callable[[Callable[..., Market]], Market]] = {
    "one bar": lambda make: make([1.0]),
    "two bars": lambda make: make([1.0, 2.0]),
    "all ones": lambda make: make(np.ones(800), volume=np.ones(800)),
    "no volume": lambda make: make(np.arange(1.0, 801.0), volume=np.zeros(800)),
    "alternating": lambda make: make(np.arange(800) % 2 + 1.0, volume=np.arange(800) % 2),
    "near the largest float": lambda make: make(1e308 * (1 + np.arange(800) % 2 * 0.7), volume=np.full(800, 1e308)),
    "near the smallest float": lambda make: make(5e-324 * (1 + np.arange(800) % 3)),
    "never available": lambda make: make(np.ones(800), available=np.zeros(800, dtype=np.bool_)),
    "funding unknown": lambda make: make(np.ones(800), funding_rate=np.full(800, np.nan)),
    "a whole number of words": lambda make: make(np.arange(1.0, 129.0)),
}


@CASES
@pytest.mark.parametrize("kind", ODD_MARKETS)
def test_every_market_gives_an_answer_of_the_right_shape(
    case: Case, kind: str, make_market: Callable[..., Market]
) -> None:
    odd = ODD_MARKETS[kind](make_market)
    with np.errstate(all="ignore"):  # the sources of arguments, not the opcodes, leave the range of floats
        arguments = case.arguments(odd)
    value = CATALOGUE[case.name](odd, *arguments)
    if case.signature.result is ValueType.BOOL:
        assert value.true.shape == value.false.shape == ((odd.n_bars + 63) // 64,)
        assert value.true.dtype == value.false.dtype == np.uint64
        assert not (value.true & value.false).any()
        spare = np.unpackbits((value.true | value.false).view(np.uint8), bitorder="little")[odd.n_bars :]
        assert not spare.any()
    else:
        assert value.shape == (odd.n_bars,)
        assert value.dtype == np.float64
        assert not value.flags.writeable
        assert not np.isinf(value).any()


@pytest.mark.parametrize("name", ON_ONE_COIN)
def test_an_opcode_says_commutative_exactly_if_exchanging_changes_nothing(name: str, market: Market) -> None:
    opcode = CATALOGUE[name]
    pairs = [s for s in opcode.signatures if len(s.arguments) == 2 and s.arguments[0] is s.arguments[1]]
    assert pairs or not opcode.is_commutative
    for signature in pairs:
        left, right = Case(name, signature, 0).arguments(market)
        is_same = _bytes(opcode(market, left, right)) == _bytes(opcode(market, right, left))
        assert is_same == opcode.is_commutative


def test_the_longest_warm_up_of_an_opcode_leaves_room_for_an_average_inside() -> None:
    longest = {name: opcode.warm_up_bars((opcode.windows[-1],)) for name, opcode in CATALOGUE.items()}
    # ln(1e-12) / ln(99 / 101) = 1381.5 and ln(1e-12) / ln(99 / 100) = 2749.3, rounded up, and 100 bars of seed.
    assert {name: longest[name] for name in ("ema", "rsi", "atr")} == {"ema": 1_482, "rsi": 2_850, "atr": 2_850}
    # n = 2999 is the first with 0.99**n * (1 + n * 0.01 / 0.99 * 0.99**99) < 1e-12; two seeds and a change before it.
    assert longest["adx"] == 2_999 + 2 * 99 + 1
    assert max(longest.values()) + longest["sma"] <= MAX_WARM_UP_BARS


def test_every_opcode_describes_itself() -> None:
    for (key, opcode), window in product(CATALOGUE.items(), (2, 24)):
        assert key == opcode.name == opcode.name.lower()
        assert opcode.name.isidentifier()
        assert opcode.weight > 0
        assert opcode.cost > 0
        assert opcode.warm_up_bars((window,)) >= 0
        assert len({s.arguments for s in opcode.signatures}) == len(opcode.signatures)
        for signature in opcode.signatures:
            fields = [f"<{k}>" for k in range(len(signature.arguments))]
            for template in (opcode.render, opcode.explain):
                assert all(field in template.format(*fields) for field in fields)
