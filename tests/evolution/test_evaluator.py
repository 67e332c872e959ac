"""From genomes to levels: what is unknown, what is too early, what is remembered, what is not known yet."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.costs import Costs
from backtest.prepared import prepare
from backtest.trace import trace
from data.errors import GenomeError
from data.market import Market, Universe
from data.shelf import Shelf
from data.shelf_log import log_path, make_log
from evolution.evaluator import FeatureStore, signals
from evolution.genome.genome import Genome
from evolution.genome.node import Node, threshold, window
from evolution.opcodes.truth import Truth

SETTINGS = settings(max_examples=50, deadline=None, derandomize=True, database=None)
CLOSE, OPEN, NEVER = Node("close"), Node("open"), Node("never")
ALWAYS = Node("not", (NEVER,))
NAMES = ("long_entry", "long_exit", "short_entry", "short_exit")


def only(root: Node) -> Genome:
    return Genome(root, NEVER, NEVER, NEVER)


def long_entries(root: Node, market: Market) -> list[bool]:
    return signals(only(root), Universe("one", (market,)))[market.coin].to_bools()[0].tolist()


def bits(levels) -> dict[str, tuple[bytes, ...]]:
    return {coin: tuple(getattr(value, name).tobytes() for name in NAMES) for coin, value in levels.items()}


def n_bytes(value: np.ndarray | Truth) -> int:
    return value.true.nbytes + value.false.nbytes if isinstance(value, Truth) else value.nbytes


def scrambled(market: Market, first: int, rng: np.random.Generator) -> Market:
    """The same market whose bars from `first` on are garbage: wild prices, volumes and funding."""
    n = market.n_bars - first
    price = market.open.copy()
    price[first:] = np.exp(rng.normal(3.0, 3.0, n))
    reach = np.where(np.arange(market.n_bars) < first, 1.0, 1.0 + rng.random(market.n_bars))
    volume = np.where(reach > 1.0, market.volume * reach, market.volume)
    rate = np.where(reach > 1.0, rng.normal(0.0, 0.01, market.n_bars), market.funding_rate)

    def after(series: np.ndarray, garbage: np.ndarray) -> np.ndarray:
        return np.concatenate((series[:first], garbage[first:]))

    return replace(
        market,
        open=price,
        high=after(market.high, price * reach),
        low=after(market.low, price / reach),
        close=after(market.close, price),
        volume=volume,
        funding_rate=rate,
        funding_cost=after(market.funding_cost, rate * price),
    )


def test_levels_say_what_the_rule_says(make_market):
    market = make_market([100, 100, 105, 100], close=[101, 99, 105, 103])
    assert long_entries(Node("above", (CLOSE, OPEN)), market) == [True, False, False, True]


def test_each_root_has_its_own_levels(make_market):
    market = make_market([100, 100], close=[101, 99])
    up, down = Node("above", (CLOSE, OPEN)), Node("below", (CLOSE, OPEN))
    levels = signals(Genome(up, down, ALWAYS, NEVER), Universe("one", (market,)))["TEST"]
    assert [level.tolist() for level in levels.to_bools()] == [[True, False], [False, True], [True, True], [False] * 2]


@pytest.mark.parametrize("is_negated", [False, True])
def test_unknown_is_false_even_under_not(make_market, is_negated):
    """The funding of bar 2 is unknown, and so are the two means that need it."""
    root = Node("above", (Node("funding_rate", (window(2),)), threshold(0.5)))
    market = make_market([100] * 6, funding_rate=[1e-3, 1e-3, np.nan, 1e-3, 1e-3, -1e-3])
    entries = long_entries(Node("not", (root,)) if is_negated else root, market)
    assert entries == ([False] * 5 + [True] if is_negated else [False, True, False, False, True, False])


def test_missing_bar_is_false(make_market):
    market = make_market([100] * 3, close=[101] * 3, available=[True, False, True])
    assert long_entries(Node("above", (CLOSE, OPEN)), market) == [True, False, True]


@pytest.mark.parametrize("bars", [24, 72, 100])
def test_nothing_is_decided_before_the_warm_up_by_any_root(make_market, bars):
    """An average of n bars is known at bar n - 1; the other roots are true from the start and wait for it."""
    rising = make_market(np.arange(100.0, 300.0))
    average = Node("above", (CLOSE, Node("sma", (CLOSE, window(bars)))))
    levels = signals(Genome(average, ALWAYS, ALWAYS, ALWAYS), Universe("one", (rising,)))["TEST"]
    for level in levels.to_bools():
        assert level.tolist() == [False] * (bars - 1) + [True] * (201 - bars)


def test_every_coin_has_its_levels(universe, named_genomes):
    levels = signals(named_genomes["trend"], universe)
    assert tuple(levels) == universe.coins
    assert len({value.long_entry.tobytes() for value in levels.values()}) == len(universe.coins)


@SETTINGS
@given(data=st.data())
def test_feature_store_never_changes_a_result(one_coin, genomes, data):
    """Whether it is empty, holds what other genomes left, or forgets everything at once."""
    drawn = data.draw(st.lists(genomes, min_size=1, max_size=4))
    stores = [FeatureStore(one_coin), FeatureStore(one_coin, 0), FeatureStore(one_coin, 200_000)]
    for genome in [*drawn, *drawn]:
        plain = bits(signals(genome, one_coin))
        for store in stores:
            assert bits(signals(genome, one_coin, store)) == plain


@SETTINGS
@given(data=st.data(), budget=st.sampled_from([0, 50_000, 200_000]))
def test_feature_store_stays_within_its_bytes(one_coin, genomes, data, budget):
    """The value in use is kept even if it alone is more."""
    store = FeatureStore(one_coin, budget)
    for genome in data.draw(st.lists(genomes, min_size=1, max_size=4)):
        signals(genome, one_coin, store)
        values = [store.get(one_coin.coins[0], node) for node in set(genome.walk())]
        assert len(store) == 1 or sum(n_bytes(value) for value in values if value is not None) <= budget


def test_feature_store_forgets_the_least_recently_used(one_coin):
    values = {name: np.zeros(100) for name in ("open", "high", "low", "close")}
    store = FeatureStore(one_coin, 3 * 800)
    for name in ("open", "high", "low"):
        store.put("BTC", Node(name), values[name])
    assert store.get("BTC", Node("open")) is values["open"]
    store.put("BTC", Node("close"), values["close"])
    assert store.get("BTC", Node("high")) is None
    assert [store.get("BTC", Node(name)) is values[name] for name in ("open", "low", "close")] == [True] * 3
    assert len(store) == 3


def test_feature_store_counts_a_value_that_is_replaced_once(one_coin):
    store = FeatureStore(one_coin, 3 * 800)
    store.put("BTC", CLOSE, np.zeros(100))
    for _ in range(4):
        store.put("BTC", Node("open"), np.zeros(100))
    assert len(store) == 2, "counted four times, it would have driven the other one out"


def test_feature_store_remembers_each_coin_apart(one_coin):
    store = FeatureStore(one_coin)
    store.put("BTC", CLOSE, np.zeros(3))
    assert store.get("ETH", CLOSE) is None


def test_feature_store_shares_only_what_takes_longer_to_compute_than_to_write(one_coin):
    log = make_log()
    shelf = Shelf(log_path(log), 1 << 20)
    store, values = FeatureStore(one_coin, shelf=shelf), np.zeros(1_000)
    store.put("BTC", CLOSE, values, seconds=4e-6)
    assert (shelf.get(f"BTC {CLOSE.text}"), len(store)) == (None, 1)
    store.put("BTC", OPEN, values, seconds=4e-5)
    assert shelf.get(f"BTC {OPEN.text}") is not None
    assert store.get("BTC", OPEN) is shelf.get(f"BTC {OPEN.text}")
    assert (len(store), store.get("BTC", CLOSE) is values) == (1, True)
    shelf.close()
    os.close(log)


def test_equal_nodes_of_several_genomes_are_computed_once(one_coin, named_genomes):
    store = FeatureStore(one_coin)
    signals(named_genomes["dip"], one_coin, store)
    n_before = len(store)
    signals(replace(named_genomes["dip"], long_exit=NEVER), one_coin, store)
    assert len(store) == n_before


def test_features_of_another_snapshot_are_refused(one_coin, named_genomes):
    other = FeatureStore(Universe("0123456789abcdef", one_coin.markets))
    with pytest.raises(ValueError, match=r"features belong to snapshot 0123456789ab, .* one FeatureStore for each"):
        signals(named_genomes["trend"], one_coin, other)


def test_history_must_be_longer_than_the_warm_up(make_market):
    genome = only(Node("above", (CLOSE, Node("sma", (CLOSE, window(24))))))
    assert genome.warm_up_bars == 23
    with pytest.raises(GenomeError, match="history of 23 bars is not longer than the genome's warm-up of 23"):
        signals(genome, Universe("one", (make_market([100] * 23),)))
    assert signals(genome, Universe("one", (make_market([100] * 24),)))["TEST"].n_bars == 24


@SETTINGS
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_levels_and_positions_do_not_know_the_future(one_coin, genomes, data, seed):
    """Everything after bar t is garbage: levels up to t, and equity up to t, have the same bits."""
    genome = data.draw(genomes)
    t = data.draw(st.integers(genome.warm_up_bars, one_coin.n_bars - 2))
    market = one_coin.markets[0]
    other = scrambled(market, t + 1, np.random.default_rng(seed))
    past = signals(genome, one_coin)[market.coin]
    future = signals(genome, Universe("scrambled", (other,)))[market.coin]
    for before, after in zip(past.to_bools(), future.to_bools(), strict=True):
        assert before[: t + 1].tobytes() == after[: t + 1].tobytes()
    traces = [
        trace(prepare(m, Costs()), levels, genome.risk.to_risk()) for m, levels in ((market, past), (other, future))
    ]
    assert traces[0].equity[: t + 1].tobytes() == traces[1].equity[: t + 1].tobytes()
