"""From evidence to the pages of a report: plain values in, plain values out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from evolution.genome.codec import decode
from evolution.genome.explain import explain
from organism.gauntlet.verdict import StageResult
from organism.registry.evidence import Pack
from organism.registry.rows import Registration
from organism.report.data import CoinRow, LeaderboardRow, RegimeRow, StageRow, StrategyReport
from organism.views.alarms import alarm_lines
from organism.views.answers import answer_word
from organism.views.registration import registration_table
from organism.views.stamps import stamps_of

SLICE_NAMES = ("IS", "OOS", "WF")
NO_NAMES: Mapping[str, str] = MappingProxyType({})


def strategy_report(
    pack: Pack,
    state: str,
    registration: Registration | None = None,
    names: Mapping[str, str] = NO_NAMES,
    about_run: Sequence[str] = (),
    history: Sequence[str] = (),
) -> StrategyReport:
    """Return the page of one judged strategy; a slice without a record was never opened for it.

    Parameters
    ----------
    registration, names
        See `registration_table`.
    about_run
        What has become known of its run since it was judged.
    history
        Where its bars are from.
    """
    document = pack.document
    slices: list[dict[str, Any]] = document["slices"]
    return StrategyReport(
        strategy_id=document["strategy_id"],
        state=state,
        verdict=answer_word(document["verdict"], state),
        rendered=document["rendered"],
        explanation=explain(decode(document["genome"])),
        stages=tuple(_stage_row(StageResult.from_plain(stage)) for stage in document["stages"]),
        coins=tuple(_coin_row(record["name"], coin) for record in slices for coin in record["coins"]),
        unknowns=(*_unknowns(slices), *_engine(document), *_retuning(document)),
        n_tried=document["n_trials"],
        snapshot_id=document["snapshot_id"],
        policy_hash=document["policy_hash"],
        sealed=tuple(name for name in SLICE_NAMES if name not in {record["name"] for record in slices}),
        reason=document["reason"],
        registration=registration_table(document, registration, names),
        alarms=(*alarm_lines(document), *about_run),
        stamps=tuple(stamps_of(document).values()),
        evidence_sha256=pack.sha256,
        # Packs from before regimes were measured have none.
        regimes=tuple(_regime_row(record["name"], row) for record in slices for row in record.get("regimes", ())),
        history=tuple(history),
    )


def leaderboard_row(pack: Pack, state: str, remark: str = "") -> LeaderboardRow:
    """Return one line of a leaderboard, of a strategy that is now in `state`."""
    document = pack.document
    by_slice = {record["name"]: record["metrics"] for record in document["slices"]}
    drawdowns = [m["max_drawdown"] for m in by_slice.values() if m["max_drawdown"] is not None]
    return LeaderboardRow(
        strategy_id=document["strategy_id"],
        verdict=answer_word(document["verdict"], state),
        rule=document["rendered"],
        in_sample_sharpe=_sharpe(by_slice, "IS"),
        out_of_sample_sharpe=_sharpe(by_slice, "OOS"),
        walk_forward_sharpe=_sharpe(by_slice, "WF"),
        max_drawdown=max(drawdowns, default=None),
        n_trades=sum(int(m["n_trades"]) for m in by_slice.values()),
        remark=remark or document["reason"],
    )


def sort_packs(packs: Sequence[Pack]) -> list[Pack]:
    """Return packs with graduates first, then those that came furthest, then by in-sample Sharpe."""
    order = {"Pass": 0, "Marginal": 1, "Watch": 2, "Kill": 3}

    def key(pack: Pack) -> tuple[int, int, float, str]:
        document = pack.document
        records = {record["name"]: record["metrics"] for record in document["slices"]}
        sharpe = records.get("IS", {}).get("sharpe") or -math.inf
        opened = len(document["slices"]) > 1
        return (order[document["verdict"]] - 2 * opened, -len(document["stages"]), -sharpe, document["strategy_id"])

    return sorted(packs, key=key)


def _stage_row(stage: StageResult) -> StageRow:
    return StageRow(
        name=stage.stage,
        slice=stage.slice_name,
        measured=stage.measured_text,
        threshold=stage.threshold_text,
        verdict=stage.verdict.value,
        meaning=stage.meaning,
    )


def _coin_row(slice_name: str, coin: dict[str, Any]) -> CoinRow:
    metrics = coin["metrics"]
    return CoinRow(
        coin=coin["coin"],
        slice=slice_name,
        sharpe=math.nan if metrics["sharpe"] is None else metrics["sharpe"],
        net_return=math.nan if metrics["net_return"] is None else metrics["net_return"],
        n_trades=int(metrics["n_trades"]),
        max_drawdown=math.nan if metrics["max_drawdown"] is None else metrics["max_drawdown"],
        # Evidence from before coins were compared has nothing to say of it.
        **coin.get("beside_others", {}),
    )


def _regime_row(slice_name: str, row: Mapping[str, Any]) -> RegimeRow:
    return RegimeRow(
        kind=row["kind"],
        state=row["state"],
        slice=slice_name,
        share_bars=row["share_bars"],
        n_trades=int(row["n_trades"]),
        net_return=row["net_return"],
        sharpe=math.nan if row["sharpe"] is None else row["sharpe"],
    )


def _unknowns(slices: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    lines: list[str] = []
    for record in slices:
        for coin in record["coins"]:
            for field, words in (
                (
                    "share_funding_unknown",
                    "of bars have unknown funding, charged at the pessimistic rate to both sides",
                ),
                ("share_unavailable", "of bars are missing, the sleeve in cash"),
            ):
                if coin[field] > 0.0:
                    lines.append(f"{record['name']}, {coin['coin']}: {100 * coin[field]:.1f} % {words}.")
    return tuple(lines)


def _engine(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what vectorbt says of the same trades, in its own arithmetic."""
    return tuple(
        f"vectorbt on the in-sample trades of {row['coin']}: return {100 * row['net_return']:.1f} %, "
        f"Sharpe {row['sharpe']:.2f}, drawdown {100 * row['max_drawdown']:.1f} %, {row['n_trades']:.0f} round trips."
        for row in document["engine"]
        if row["sharpe"] is not None
    )


def _retuning(document: Mapping[str, Any]) -> tuple[str, ...]:
    found = document["retuning"]
    if found is None or found["efficiency"] is None:
        return ()
    return (
        f"Re-tuned before each walk-forward fold its Sharpe ratio would have been {found['retuned_sharpe']:.2f} "
        f"instead of {found['frozen_sharpe']:.2f}: an efficiency of {100 * found['efficiency']:.0f} %. "
        "What graduates is the frozen rule.",
    )


def _sharpe(by_slice: dict[str, dict[str, Any]], name: str) -> float | None:
    if name not in by_slice:
        return None
    value = by_slice[name]["sharpe"]
    return math.nan if value is None else float(value)
