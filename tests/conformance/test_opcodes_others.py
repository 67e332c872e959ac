"""What every opcode that reads other coins must pass, on a universe of three whose lead changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from data.market import FloatArray, Market, Universe
from evolution.conformance.histories import HOLE, N_BARS, cut, scrambled, walk_of
from evolution.evaluator.features import FeatureStore
from evolution.evaluator.values import Value, compute_values
from evolution.genome.node import Node, window
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Signature
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType

ACROSS = {name: opcode for name, opcode in CATALOGUE.items() if opcode.is_across_coins}
LEADS = ((0, 900, 2), (900, 2_500, 0), (2_500, N_BARS, 1))
"""Bars on which most is traded of one coin: from, to, place."""
SOURCES = {
    ValueType.DIMENSIONLESS: Node("gap", (Node("close"), Node("open"))),
    ValueType.OSCILLATOR: Node("lower_wick"),
    ValueType.BOOL: Node("above", (Node("close"), Node("open"))),
}
"""What each type of argument is; known on the bars on which the coin trades."""


@dataclass(frozen=True)
class Case:
    """One opcode under one signature and window."""

    name: str
    signature: Signature
    window: int

    def __str__(self) -> str:
        return f"{self.name}({','.join(self.signature.arguments)})-{self.window}"

    @property
    def node(self) -> Node:
        return Node(
            self.name, tuple([SOURCES[k] if k in SOURCES else window(self.window) for k in self.signature.arguments])
        )

    def floats(self, universe: Universe, features: FeatureStore | None = None) -> FloatArray:
        """Return the values, shape (n_coins, n_bars); of truths 1, 0 or NaN."""
        return np.array([floats(value, universe.n_bars) for value in compute_values(self.node, universe, features)])


def floats(value: Value, n_bars: int) -> FloatArray:
    if isinstance(value, Truth):
        true, known = value.to_bools(n_bars)
        return np.where(known, true, np.nan)
    return value


def _cases() -> list[Case]:
    cases = []
    for name, opcode in ACROSS.items():
        for signature in opcode.signatures:
            windows = (2, 24, 720) if ValueType.WINDOW in signature.arguments else (0,)
            cases += [Case(name, signature, bars) for bars in windows]
    return cases


CASES = pytest.mark.parametrize("case", _cases(), ids=str)


@pytest.fixture(scope="module")
def universe() -> Universe:
    """Three walks that move together in part, one of them with a hole and one listed late."""
    markets = []
    for place in range(3):
        available = np.ones(N_BARS, dtype=np.bool_)
        if place == 1:
            available[HOLE] = False
        if place == 2:
            available[:40] = False
        market = walk_of(place + 1, available, f"C{place}")
        volume = market.volume.copy()
        for first, stop, lead in LEADS:
            volume[first:stop] *= 1_000.0 if lead == place else 1.0
        markets.append(replace(market, volume=volume))
    return Universe("three", tuple(markets))


def changed(universe: Universe, change: Callable[[Market], Market]) -> Universe:
    return Universe("changed", tuple(map(change, universe)))


@CASES
@pytest.mark.parametrize("last", [63, 1_500, 3_004, 4_350])
def test_the_future_of_no_coin_changes_a_bit_of_the_past(case: Case, universe: Universe, last: int) -> None:
    past = case.floats(universe)[:, : last + 1]
    for change in (lambda m: scrambled(m, last), lambda m: cut(m, 0, last + 1)):
        assert case.floats(changed(universe, change))[:, : last + 1].tobytes() == past.tobytes()


@CASES
@pytest.mark.parametrize("start", [1, 640, 777])
def test_past_the_warm_up_the_beginning_of_history_does_not_matter(case: Case, universe: Universe, start: int) -> None:
    warm_up = case.node.warm_up_bars
    late = case.floats(changed(universe, lambda m: cut(m, start, N_BARS)))[:, warm_up:]
    assert late.tobytes() == case.floats(universe)[:, start + warm_up :].tobytes()


@CASES
def test_it_is_what_its_definition_says(case: Case, universe: Universe) -> None:
    values = case.floats(universe)
    assert np.isfinite(values).any(axis=1).all()
    expected = DEFINITIONS[case.name](case, universe)
    np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(expected)), equal_nan=True)
    low, high = ACROSS[case.name].bounds
    known = values[~np.isnan(values)]
    assert low is None or (known >= low).all()
    assert high is None or (known <= high).all()


@CASES
def test_what_is_remembered_changes_nothing_and_arguments_are_computed_once(case: Case, universe: Universe) -> None:
    store = FeatureStore(universe)
    first = case.floats(universe, store)
    # An argument is remembered on each coin, and prices with it.
    parts = {part for part in case.node.walk() if part != case.node and not part.is_constant}
    assert len(store) == 3 * len(parts)
    assert case.floats(universe, store).tobytes() == first.tobytes() == case.floats(universe).tobytes()
    assert case.floats(universe, FeatureStore(universe, 0)).tobytes() == first.tobytes()


@CASES
def test_a_coin_alone_leads_and_has_no_others(case: Case, universe: Universe) -> None:
    alone = Universe("one", universe.markets[:1])
    values = case.floats(alone)[0]
    if case.name == "leader":
        own = floats(compute_values(case.node.children[0], alone, None)[0], N_BARS)
        assert np.isnan(values[:719]).all()
        assert values[719:].tobytes() == own[719:].tobytes()
    else:
        assert np.isnan(values).all()


@CASES
@pytest.mark.parametrize(
    "kind", ["one bar", "never available", "near the largest float", "no volume", "all ones", "funding unknown"]
)
def test_every_universe_gives_an_answer_of_the_right_shape(
    case: Case, kind: str, make_market: Callable[..., Market]
) -> None:
    prices = {"one bar": np.ones(1), "near the largest float": 1e308 * (1 + np.arange(800) % 2 * 0.7)}
    options = {
        "never available": {"available": np.zeros(800, dtype=np.bool_)},
        "near the largest float": {"volume": np.full(800, 1e308)},
        "no volume": {"volume": np.zeros(800)},
        "funding unknown": {"funding_rate": np.full(800, np.nan)},
    }
    markets = [make_market(prices.get(kind, np.ones(800)), coin=f"C{i}", **options.get(kind, {})) for i in range(3)]
    odd = Universe("odd", tuple(markets))
    for value in compute_values(case.node, odd, None):
        if isinstance(value, Truth):
            assert value.true.shape == value.false.shape == ((odd.n_bars + 63) // 64,)
            assert not (value.true & value.false).any()
        else:
            assert value.shape == (odd.n_bars,)
            assert not value.flags.writeable
            assert not np.isinf(value).any()


def test_every_one_of_them_has_a_definition_here() -> None:
    assert set(DEFINITIONS) == set(ACROSS)
    assert all(opcode.family == "others" for opcode in ACROSS.values())


def _own(case: Case, universe: Universe) -> FloatArray:
    return np.array([floats(value, N_BARS) for value in compute_values(case.node.children[0], universe, None)])


def _leader(case: Case, universe: Universe) -> FloatArray:
    traded = np.array([np.where(m.is_available, m.close * m.volume, 0.0) for m in universe])
    own, values = _own(case, universe), np.full((3, N_BARS), np.nan)
    for t in range(719, N_BARS):
        values[:, t] = own[np.argmax(traded[:, t - 719 : t + 1].sum(axis=1)), t]
    return values


def _mean_of_others(own: FloatArray) -> FloatArray:
    others = np.array([np.delete(own, place, axis=0) for place in range(len(own))])
    is_known = ~np.isnan(others)
    with np.errstate(invalid="ignore"):  # nobody is known: 0 / 0
        mean: FloatArray = np.where(is_known, others, 0.0).sum(axis=1) / is_known.sum(axis=1)
    return mean


def _cross_rank(case: Case, universe: Universe) -> FloatArray:
    own = _own(case, universe)
    ranks = np.full(own.shape, np.nan)
    for place, t in np.ndindex(*own.shape):
        others = np.delete(own[:, t], place)
        others = others[~np.isnan(others)]
        if others.size and not np.isnan(own[place, t]):
            lower, equal = (others < own[place, t]).mean(), (others == own[place, t]).mean()
            ranks[place, t] = 100 * (lower + equal / 2)
    return ranks


def _percent_returns(universe: Universe, bars: int) -> FloatArray:
    values = np.full((3, N_BARS), np.nan)
    for place, market in enumerate(universe):
        for t in range(bars, N_BARS):
            if market.is_available[t - bars : t + 1].all():
                values[place, t] = 100 * (market.close[t] / market.close[t - bars] - 1)
    return values


def _relative_strength(case: Case, universe: Universe) -> FloatArray:
    own = _percent_returns(universe, case.window)
    return own - _mean_of_others(own)


def _beta_residual(case: Case, universe: Universe) -> FloatArray:
    own = np.log1p(_percent_returns(universe, 1) / 100)
    means, values = _mean_of_others(own), np.full((3, N_BARS), np.nan)
    for place, t in np.ndindex(3, N_BARS):
        y, x = own[place, max(t - case.window + 1, 0) : t + 1], means[place, max(t - case.window + 1, 0) : t + 1]
        if y.size == case.window and not np.isnan(y + x).any():
            beta = ((x - x.mean()) @ (y - y.mean())) / ((x - x.mean()) @ (x - x.mean()))
            values[place, t] = 100 * (y.sum() - beta * x.sum())
    return values


DEFINITIONS: dict[str, Callable[[Case, Universe], FloatArray]] = {
    "leader": _leader,
    "peers": lambda case, universe: _mean_of_others(_own(case, universe)),
    "cross_rank": _cross_rank,
    "relative_strength": _relative_strength,
    "beta_residual": _beta_residual,
}
"""What an opcode means, bar by bar."""
