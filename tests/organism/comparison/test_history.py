"""Whether two verdicts are about the same bars."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.market import IntArray, Market
from data.snapshot import Snapshot, SnapshotStore
from organism.comparison.history import shared_history

PRICES = [100.0, 101.0, 102.0, 103.0]


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots")


@pytest.fixture
def save(store: SnapshotStore, make_market: Callable[..., Market]) -> Callable[..., Snapshot]:
    """Save a history of coins with these prices."""

    def build(**coins: list[float]) -> Snapshot:
        return store.save([make_market(prices, coin=coin) for coin, prices in sorted(coins.items())], {"kind": "test"})

    return build


def times(snapshot: Snapshot, n_bars: int = 4) -> IntArray:
    return snapshot.load().time_ms[:n_bars]


def test_one_history_is_the_same_and_is_not_even_opened(store: SnapshotStore) -> None:
    found = shared_history(store, "ab" * 32, "ab" * 32, np.zeros(0, dtype=np.int64))
    assert found.is_shared
    assert found.words == ("Both were judged on the same history (abababababab).",)


def test_a_longer_history_has_the_same_bars(store: SnapshotStore, save: Callable[..., Snapshot]) -> None:
    short, long = save(BTC=PRICES), save(BTC=[*PRICES, 104.0])
    found = shared_history(store, short.id, long.id, times(short))
    assert found.is_shared
    assert found.words[0].endswith("whose bars in common are the same.")
    assert f"A on BTC (1h, {short.id[:12]})" in found.words[0]


def test_other_coins_beside_a_common_one_are_named(store: SnapshotStore, save: Callable[..., Snapshot]) -> None:
    one, other = save(BTC=PRICES, ETH=PRICES), save(BTC=PRICES, SOL=PRICES)
    found = shared_history(store, one.id, other.id, times(one))
    assert found.is_shared
    assert found.words[1] == (
        "The bars in common are the same for BTC, and not for ETH, SOL: what differs may be the markets and not the "
        "rules."
    )


def test_the_same_coin_at_other_prices_is_another_market(store: SnapshotStore, save: Callable[..., Snapshot]) -> None:
    one, other = save(BTC=PRICES), save(BTC=[*PRICES[:3], 99.0])
    found = shared_history(store, one.id, other.id, times(one))
    assert not found.is_shared
    assert found.words[0].startswith("They were judged on different markets, without a bar in common: A on BTC")
    # Of the bars on which both were judged, and of no others.
    assert shared_history(store, one.id, other.id, times(one, 3)).is_shared


def test_a_history_that_is_not_here_cannot_be_compared(store: SnapshotStore, save: Callable[..., Snapshot]) -> None:
    one = save(BTC=PRICES)
    found = shared_history(store, one.id, "cd" * 32, times(one))
    assert not found.is_shared
    assert "cannot be compared: no snapshot 'cdcd" in found.words[0]
