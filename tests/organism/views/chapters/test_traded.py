"""Trades, candles and costs: by hand, and on a judged home whose sealed slices stay sealed."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backtest.result import ExitReason, Trades
from data.errors import DataError
from data.intervals import DAY_MS, HOUR_MS
from data.market import Instrument, Market
from data.snapshot import Snapshot, SnapshotStore
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.rows import LineageRecord
from organism.registry.store import Registry
from organism.views.chapters.ancestry import ancestry
from organism.views.chapters.costs import cost_row
from organism.views.chapters.gather import whole_report
from organism.views.chapters.retraced import check_openings
from organism.views.chapters.slices import judged_slices
from organism.views.chapters.trades import TradeMarks, chosen, day_candles
from organism.views.chapters.whole import WholeReport


def trades(reason: ExitReason, side: int, entry: float, leave: float, profit: float) -> Trades:
    one = np.ones(1)
    return Trades(
        entry_bar=np.array([1]),
        exit_bar=np.array([2]),
        side=np.array([side]),
        quantity=2.0 * one,
        entry_price=entry * one,
        exit_price=leave * one,
        fees=0.5 * one,
        funding=-0.25 * one,
        profit=profit * one,
        reason=(reason,),
    )


def test_a_long_trade_slips_going_in_and_coming_out() -> None:
    # Quoted 100 and 110, slippage 1 %: fills at 101 and 108.9; two coins.
    row = cost_row("IS", "BTC", trades(ExitReason.SIGNAL, 1, 101.0, 108.9, 2 * 7.9 - 0.5 + 0.25), 100.0, 1_000.0)
    assert (row.gross, row.slippage) == pytest.approx((20.0, 2.0 * (1.0 + 1.1)))
    assert (row.fees, row.funding, row.net, row.traded) == pytest.approx((0.5, -0.25, 15.55, 2 * 209.9))
    assert row.net == pytest.approx(row.gross - row.slippage - row.fees - row.funding)
    assert row.share_of_gross == pytest.approx(1.0 - 15.55 / 20.0)


def test_a_short_trade_sells_lower_and_buys_back_higher() -> None:
    # Quoted 100 and 90: fills at 99 and 90.9.
    row = cost_row("IS", "BTC", trades(ExitReason.STOP, -1, 99.0, 90.9, 2 * 8.1 - 0.25), 100.0, 1_000.0)
    assert (row.gross, row.slippage) == pytest.approx((20.0, 2.0 * (1.0 + 0.9)))
    assert row.net == pytest.approx(row.gross - row.slippage - row.fees - row.funding)


@pytest.mark.parametrize("reason", [ExitReason.TARGET, ExitReason.LIQUIDATION])
def test_what_closes_at_its_price_slips_only_going_in(reason: ExitReason) -> None:
    row = cost_row("IS", "BTC", trades(reason, 1, 101.0, 110.0, 2 * 9.0 - 0.25), 100.0, 1_000.0)
    assert (row.gross, row.slippage) == pytest.approx((20.0, 2.0))


def test_without_a_gross_profit_costs_are_no_part_of_one() -> None:
    row = cost_row("IS", "BTC", trades(ExitReason.SIGNAL, 1, 101.0, 89.1, -24.05), 100.0, 1_000.0)
    assert row.gross == pytest.approx(-20.0)
    assert row.share_of_gross is None


def marks(profits: list[float], hours: list[int]) -> TradeMarks:
    n = len(profits)
    entry = np.arange(n, dtype=np.int64) * DAY_MS
    values = np.ones(n)
    return TradeMarks(
        slice=("IS",) * n,
        side=np.ones(n, dtype=np.int64),
        entry_ms=entry,
        exit_ms=entry + np.array(hours, dtype=np.int64) * HOUR_MS,
        entry_price=values,
        exit_price=values,
        profit=np.array(profits),
        fees=values,
        funding=values,
        reason=("signal",) * n,
    )


def test_trades_worth_a_look_are_named_once() -> None:
    assert chosen(marks([1.0, 9.0, -5.0, 2.0], [1, 7, 2, 3])) == [
        ("best and longest", 1),
        ("worst", 2),
        ("newest", 3),
    ]
    assert chosen(marks([1.0], [1])) == [("best and worst and longest and newest", 0)]
    assert chosen(marks([], [])) == []


def market(n_bars: int, missing: int) -> Market:
    price = 100.0 + np.arange(n_bars)
    available = np.ones(n_bars, dtype=bool)
    available[missing] = False
    series = {name: np.where(available, price + shift, np.nan) for name, shift in PRICES.items()}
    nothing = np.zeros(n_bars)
    time_ms = 20 * DAY_MS + np.arange(n_bars, dtype=np.int64) * HOUR_MS
    return Market(
        Instrument("BTC", "test"), HOUR_MS, time_ms, **series, volume=nothing + 1.0, is_available=available,
        funding_rate=nothing, funding_cost=nothing,
    )  # fmt: skip


PRICES = {"open": 0.0, "high": 2.0, "low": -2.0, "close": 1.0}


def test_days_are_made_of_the_bars_inside_that_were_traded() -> None:
    found = day_candles(market(50, missing=24), np.arange(50) >= 2)
    assert found.time_ms.tolist() == [20 * DAY_MS, 21 * DAY_MS, 22 * DAY_MS]
    # The first day begins at bar 2, the second at bar 25, its first one being missing.
    assert found.open.tolist() == [102.0, 125.0, 148.0]
    assert found.close.tolist() == [124.0, 148.0, 150.0]
    assert (found.high[0], found.low[0]) == (125.0, 100.0)


def test_no_bar_inside_is_no_candle() -> None:
    assert day_candles(market(30, missing=3), np.zeros(30, dtype=bool)).time_ms.size == 0


@pytest.fixture
def report_of(judged: Home) -> Callable[[str], WholeReport]:
    """Return the whole report of a rule of the judged home, by its name."""

    def build(name: str, home: Home = judged) -> WholeReport:
        with Registry.open(home.registry_path) as registry:
            [strategy] = [one for one in registry.find() if one.algorithm_type == name]
            [row] = registry.verdicts(strategy_id=strategy.id)
            return whole_report(home, registry, strategy, row)

    return build


def test_costs_add_up_to_what_the_evidence_says_was_earned(report_of: Callable[..., WholeReport]) -> None:
    report = report_of("cause")
    assert [line.slice for line in report.equity] == ["IS", "OOS", "WF"]
    finals = {line.slice: line.final for line in report.equity}
    for row in (row for row in report.costs if row.coin == "all"):
        assert row.net == pytest.approx(row.gross - row.slippage - row.fees - row.funding, abs=1e-9)
        assert row.net / row.capital == pytest.approx(finals[row.slice], abs=1e-9)
        parts = [one for one in report.costs if one.slice == row.slice and one.coin != "all"]
        assert math.fsum(one.net for one in parts) == pytest.approx(row.net, abs=1e-9)
    assert report.neighbourhood is not None
    assert report.untraced == ""


def test_nothing_of_a_sealed_slice_is_read_or_shown(
    report_of: Callable[..., WholeReport], judged: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`copy` passed in sample and was never asked: the last bar that may be seen is the last one in sample."""
    with Registry.open(judged.registry_path) as registry:
        [strategy] = [one for one in registry.find() if one.algorithm_type == "copy"]
        [row] = registry.verdicts(strategy_id=strategy.id)
    [in_sample] = judged_slices(read_pack(judged.evidence, row.evidence_sha256))
    ends: list[int] = []
    prefix = Snapshot.prefix

    def watched(snapshot: Snapshot, end_ms: int) -> Snapshot:
        ends.append(end_ms)
        return prefix(snapshot, end_ms)

    monkeypatch.setattr(Snapshot, "prefix", watched)
    report = report_of("copy")
    assert set(ends) == {in_sample.end_ms}
    assert report.said.sealed == ("OOS", "WF")
    shown = [*report.equity, *report.years, *report.rolling, *report.fans, *report.costs]
    assert {part.slice for part in shown} == {"IS"}
    assert {name for coin in report.coins for name in coin.marks.slice} == {"IS"}
    last = max(int(coin.candles.time_ms[-1]) for coin in report.coins)
    assert last < in_sample.end_ms
    assert all(one.candles.time_ms[-1] < in_sample.end_ms for coin in report.coins for one in coin.close_ups)


def test_evidence_of_a_slice_that_the_vault_never_opened_is_refused(judged: Home) -> None:
    with Registry.open(judged.registry_path) as registry:
        [strategy] = [one for one in registry.find() if one.algorithm_type == "cause"]
        [row] = registry.verdicts(strategy_id=strategy.id)
        openings = registry.openings(0, 2**62)
    slices = judged_slices(read_pack(judged.evidence, row.evidence_sha256))
    check_openings(slices, strategy.genotype_hash, openings)
    with pytest.raises(DataError, match="returns of slice OOS, which the vault has not opened"):
        check_openings(slices, strategy.genotype_hash, [])
    others = [replace(opening, genotype_hash="0" * 64) for opening in openings]
    with pytest.raises(DataError, match="restore the registry from a backup"):
        check_openings(slices, strategy.genotype_hash, others)


def test_without_its_history_a_report_says_why_there_are_no_trades(
    report_of: Callable[..., WholeReport], judged: Home, tmp_path: Path
) -> None:
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    for snapshot in SnapshotStore(home.snapshots).list():
        shutil.rmtree(snapshot.path)
    report = report_of("cause", home)
    assert report.untraced.startswith("no snapshot ")
    assert (report.coins, report.costs, report.neighbourhood) == ((), (), None)
    assert [line.slice for line in report.equity] == ["IS", "OOS", "WF"]


def test_a_rule_that_no_run_knows_has_a_lineage_of_itself(report_of: Callable[..., WholeReport]) -> None:
    report = report_of("cause")
    assert [row.distance for row in report.ancestry.rows] == [0]
    assert "What its ancestors measured is not known here" in report.ancestry.note


def test_how_far_back_an_ancestor_is_is_not_known_without_the_trials(judged: Home, tmp_path: Path) -> None:
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    parent, grandparent = "a" * 64, "b" * 64
    with Registry.open(home.registry_path) as registry:
        strategy = registry.find()[0]
        edges = [(strategy.genotype_hash, parent), (parent, grandparent)]
        registry.add_lineage([LineageRecord(*edge, "point", 1) for edge in edges], strategy.run_id)
        found = ancestry(home, registry, strategy)
    assert [(row.genotype, row.distance) for row in found.rows[1:]] == [(parent, None), (grandparent, None)]
    assert found.n_ancestors == 2


def test_a_rule_that_never_trades_has_nothing_to_show(report_of: Callable[..., WholeReport]) -> None:
    report = report_of("never")
    assert (report.equity, report.years, report.rolling, report.spreads, report.fans) == ((), (), (), None, ())
    assert (report.chance, report.neighbourhood) == (None, None)
