"""A run's overview made by hand."""

from __future__ import annotations

from organism.report.data import LeaderboardRow, MarketSection
from organism.views.run_overview import GenerationRow, RunOverview
from organism.views.run_view import OperatorRow, RejectionRow
from organism.views.survivors import GateCount


def overview(n_generations: int = 3) -> RunOverview:
    """Return four candidates of whom three were judged and one graduated."""
    row = LeaderboardRow("gp_1_a", "Pass", "long entry: rising", 2.5, 2.25, None, 0.05, 120, "passed every stage")
    return RunOverview(
        run="demo-1-0a1b2c3d",
        section=MarketSection("demo", "BTC, 1h bars", (row,), ("1 more strategy is not shown.",)),
        words={"GRADUATE": 1, "KILL": 2},
        policy_hash="cd" * 32,
        stamps=(),
        others=(),
        n_registered=4,
        gates=(GateCount("IS", "luck", 3, 2), GateCount("OOS", "Sharpe", 2, 1)),
        generations=tuple(GenerationRow(i, 1.0 + i, None, 10.0, 0.5, 100 * i) for i in range(n_generations)),
        n_trials=200,
        n_repeated=7,
        operators=(OperatorRow("point", 40, 10),),
        rejections=(RejectionRow("too_few_trades", 9),),
        n_fresh=100,
        best_fresh=0.75,
        is_beside=False,
        best=3.0,
    )
