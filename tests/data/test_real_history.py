"""Files of a real venue from import to snapshot, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.intervals import HOUR_MS
from data.lake import Lake
from data.quality import Policy
from data.snapshot import SnapshotStore
from data.sources.files import read_bars, read_funding

FILES = Path(__file__).parents[2] / "../shared/data/binance_perp"
COINS = ("BTC", "DOGE", "ETH", "SOL")
START_2022_MS = 1_640_995_200_000
FIRST_FUNDING_MS = 1_707_984_000_000  # 2024-02-15 08:00 UTC, of all but BTC

pytestmark = pytest.mark.skipif(
    not FILES.is_dir(),
    reason="needs ../shared/data/binance_perp beside the checkout, with COIN_1h.parquet and COIN_funding.parquet",
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    for coin in COINS:
        report = lake.import_bars("binance", coin, "1h", read_bars(FILES / f"{coin}_1h.parquet"), source="real")
        assert report.quality.coverage == 1.0
        assert report.quality.count(Policy.REPORTED_ZERO_VOLUME) == (3 if coin == "BTC" else 0)
        lake.import_funding("binance", coin, read_funding(FILES / f"{coin}_funding.parquet"), source="real")
    return lake


def test_majors_share_one_calendar_and_know_when_funding_begins(lake: Lake, tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    snapshot = store.build(lake, venue="binance", coins=COINS, interval="1h", start_ms=START_2022_MS)
    universe = store.open(snapshot.id[:12]).load()
    assert (universe.coins, universe.n_bars) == (COINS, 30648)
    for market in universe:
        assert market.is_available.all()
        assert market.instrument.funding_period_ms == 8 * HOUR_MS
        first_known = int(np.argmax(~np.isnan(market.funding_rate)))
        assert market.time_ms[first_known] == (START_2022_MS if market.coin == "BTC" else FIRST_FUNDING_MS)
        assert not np.isnan(market.funding_rate[first_known:]).any()


def test_bitcoin_pays_every_settlement_once(lake: Lake, tmp_path: Path) -> None:
    (market,) = SnapshotStore(tmp_path).build(lake, venue="binance", coins=["BTC"], interval="1h").load()
    funding = lake.read_funding("binance", "BTC")
    assert funding is not None
    assert market.n_bars == 50935
    # From 2019-09-08 17:00 to 2019-09-10 08:00 there are 39 hours without funding.
    assert np.isnan(market.funding_rate).tolist() == [True] * 39 + [False] * (market.n_bars - 39)
    assert np.nansum(market.funding_rate) == pytest.approx(funding.rate.sum(), rel=1e-12)
