"""Simulate a few dozen rules, alone and pooled, and print a digest of every bit of their results."""

from __future__ import annotations

import hashlib
import sys

from backtest.costs import Costs
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from backtest.risk import Risk
from backtest.workspace import Workspace
from tests.bench.markets import drawn_levels, synthetic_market

N_BARS, N_RULES, SIDES = 3000, 30, (0, 1)
RISKS = (Risk(), Risk(stop=0.02, target=0.05, trailing=0.03, max_hold_bars=40, reverse=True))


def digest() -> str:
    """Return the digest."""
    coins = [prepare(synthetic_market(N_BARS, seed), Costs()) for seed in (1, 2)]
    workspace, found = Workspace(N_BARS), hashlib.sha256()
    for rule in range(N_RULES):
        levels = [drawn_levels(N_BARS, 0.01, 30, SIDES, 2 * rule + coin) for coin in range(2)]
        for n_coins in (1, 2):
            pooled = simulate_pooled(coins[:n_coins], levels[:n_coins], RISKS[rule % 2], workspace=workspace)
            found.update(repr(pooled.metrics).encode())
            found.update(pooled.returns.tobytes() + pooled.block_log_returns.tobytes())
    return found.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(digest())
