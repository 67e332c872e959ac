"""The workbench: what notebooks call says the same as the verbs, and keeps to the same borders."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtest.costs import costs_for
from data.errors import ConfigError, DataError
from data.market import Market
from data.sources.files import read_bars, read_funding
from data.worlds import World
from evolution.genome.genome import Genome
from organism.calibrate.records import read_worlds
from organism.foundry import in_sample_end_ms
from organism.settings import FoundrySettings
from organism.workbench import Workbench, autopsy, backtest, bars_table, figures, funding_table, honesty

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench.at(tmp_path / "bench")


def test_a_market_as_a_table_is_read_as_the_same_market(make_market: Callable[..., Market], tmp_path: Path) -> None:
    market = make_market(
        [10.0, 11.0, 12.0],
        close=[11.0, 12.0, 13.0],
        volume=[1.0, 2.0, 3.0],
        funding_rate=[0.0, np.nan, 0.25],
        available=[True, False, True],
    )
    bars_table(market).to_csv(tmp_path / "bars.csv", index=False)
    funding_table(market).to_csv(tmp_path / "funding.csv", index=False)
    bars, funding = read_bars(tmp_path / "bars.csv"), read_funding(tmp_path / "funding.csv")
    assert bars.time_ms.tolist() == market.time_ms[[0, 2]].tolist()
    assert (bars.open.tolist(), bars.close.tolist(), bars.volume.tolist()) == ([10.0, 12.0], [11.0, 13.0], [1.0, 3.0])
    assert (funding.time_ms.tolist(), funding.rate.tolist()) == (market.time_ms[[0, 2]].tolist(), [0.0, 0.25])


def test_a_backtest_ends_where_the_vault_begins(
    bench: Workbench, two_years: World, funding_rule: Callable[..., Genome]
) -> None:
    snapshot = bench.snapshots.save(two_years.markets, two_years.origin)
    result = backtest(funding_rule(), snapshot)
    border = in_sample_end_ms(snapshot.load())
    assert int(result.time_ms[-1]) + 3_600_000 == border
    assert result.trades["left"].max() <= pd.Timestamp(border, unit="ms", tz="UTC")
    # What was earned is in the trades: equity at the end is the capital and all profits, but for what a border closes.
    assert result.equity[-1] - 10_000.0 == pytest.approx(result.trades["profit"].sum(), abs=1.0)
    assert result.metrics["round trips"] == pytest.approx(len(result.trades), abs=len(two_years.markets))


def test_dearer_fills_cost_what_they_cost(
    bench: Workbench, two_years: World, funding_rule: Callable[..., Genome]
) -> None:
    snapshot = bench.snapshots.save(two_years.markets, two_years.origin)
    usual, free = (backtest(funding_rule(), snapshot, cost_factor=factor) for factor in (1.0, 0.0))
    assert free.trades["fees"].sum() == 0.0
    # Each trade of a sleeve is of its whole equity, and pays the fee on it twice.
    first = usual.trades.iloc[0]
    capital = 10_000.0 / len(two_years.markets)
    assert first["fees"] == pytest.approx(2 * capital * costs_for(str(first["coin"])).taker_fee_bps / 10_000, rel=0.05)


def test_a_run_is_judged_once_and_answers_in_tables(
    bench: Workbench, tiny_settings: Callable[..., FoundrySettings]
) -> None:
    run = bench.evolve(tiny_settings())
    assert run.n_trials <= run.n_tried
    assert list(run.progress().columns) == ["n_trials", "best", "median", "best_fresh"]
    assert run.trial_sharpes().max() >= run.best(1)["Sharpe"].iloc[0] - 0.005
    assert run.opcodes("never", "no such opcode").tolist() == [0, 0]
    verdicts = bench.judge(run)
    assert sum(verdicts.counts.values()) == len(verdicts.table) == len(run.outcome.registered)
    assert verdicts.best.sharpe == max(one.sharpe for one in verdicts.all)
    assert verdicts[verdicts.best.id] is verdicts.best
    assert set(verdicts.best.stages["answer"]) <= {"pass", "MISSED"}
    with pytest.raises(ConfigError, match="strategy 'nobody' was not judged; these were: gp_"):
        verdicts["nobody"]
    assert bench.judge(run).all == ()
    assert figures.progress(run).png().startswith(PNG)


def test_an_autopsy_is_for_made_worlds_alone(
    bench: Workbench, two_years: World, tiny_settings: Callable[..., FoundrySettings]
) -> None:
    verdicts = bench.judge(bench.evolve(tiny_settings()))
    real = bench.snapshots.save(two_years.markets, {"kind": "lake"})
    one = verdicts.best
    with pytest.raises(ConfigError, match="is real history"):
        autopsy(type(one)(one.judgement, one.genome, real))


def test_a_temporary_workbench_leaves_nothing_behind() -> None:
    code = (
        "from organism.workbench import Workbench; w = Workbench.temporary(); print(w.home.root.is_dir(), w.home.root)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    was_there, folder = done.stdout.split()
    assert was_there == "True"
    assert not Path(folder).exists()


def test_the_measured_worlds_are_those_of_the_page() -> None:
    campaign = honesty.measured()
    assert repr(campaign) == "1,138 worlds of 14 classes"
    # The rows of docs/honesty.md: garch 0 of 181 (0.0 to 1.6 %), drift 1 of 93 (0.1 to 5.0 %), base 44 of 93.
    shares = campaign.shares(null=True)
    assert shares.loc["garch"].tolist() == [0, 181, 0.0, 0.0, 1.6]
    assert shares.loc["drift"].tolist() == [1, 93, 1.1, 0.1, 5.0]
    assert campaign.gates().loc["drift"].tolist() == [1.1, 47.3, 39.8]
    assert campaign.shares("oracle", null=False).loc["planted-3", "count"] == 23
    assert campaign.kills("garch")["IS Sharpe after costs"] == 4344
    assert figures.shares(shares, "worlds", promise=5.0).png().startswith(PNG)


def test_a_file_without_worlds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "worlds.parquet"
    with pytest.raises(DataError, match="holds no worlds of a campaign"):
        read_worlds(path)
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(DataError, match="organism calibrate writes one"):
        read_worlds(path)
