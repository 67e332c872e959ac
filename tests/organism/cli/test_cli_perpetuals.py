"""`organism data fetch` from servers that speak as Binance and OKX do, as a stranger types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.perpetual_venues import PerpetualVenue

Organism = Callable[..., Any]


@pytest.mark.parametrize("venue", ["binance", "okx"])
def test_bars_and_funding_are_estimated_fetched_and_checked(organism: Organism, venue: str, tmp_path: Path) -> None:
    with PerpetualVenue(venue) as served:
        ask = ("data", "fetch", "--venue", venue, "--coins", "BTC,ETH", "--venue-url", served.url)
        said = organism(*ask, "--start", "2024-01-01", "--end", "2024-02-29", "--dry-run", "--json").json
        bars = next(item for item in said if item["series"] == "1h")
        assert (bars["venue"], bars["requests"]) == (venue, 2 if venue == "binance" else 15)
        assert not list(tmp_path.rglob("*.parquet"))
        done = organism(*ask)
        assert done.code == 0, done.err
        heads = [line.split(":")[0] for line in done.out.splitlines()]
        assert heads == [f"{coin} {series} of {venue}" for coin in ("BTC", "ETH") for series in ("1h", "funding")]
        assert "3,000 rows added" in done.out
        assert organism("data", "check", "BTC", "1h", "--venue", venue).code == 0
        refused = organism("data", "fetch", "--venue", venue, "--coins", "BTX", "--venue-url", served.url)
        assert refused.refuses("did you mean BTC")
