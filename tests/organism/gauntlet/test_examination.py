"""What an examination keeps of a slice (clause Z19 of docs/semantics.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from data.market import Universe
from organism.gauntlet.examination import examine_in_sample
from organism.gauntlet.policy import GauntletPolicy


def test_share_of_bars_with_unknown_funding_is_on_record_for_every_coin(waves: Universe, with_trend: Any) -> None:
    """Clause Z19: 150 of 600 bars of BTC are unknown, none of ETH."""
    first, second = waves.markets
    cost = np.where(np.arange(600) < 150, np.nan, first.funding_cost)
    universe = Universe("unknown", (replace(first, funding_rate=cost / first.open, funding_cost=cost), second))
    record = examine_in_sample(with_trend, universe, GauntletPolicy()).slice_record("IS")
    assert [(row["coin"], row["share_funding_unknown"]) for row in record.coins] == [("BTC", 0.25), ("ETH", 0.0)]
