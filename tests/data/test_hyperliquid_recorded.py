"""Every recorded answer and message of Hyperliquid is read, or refused with a reason; none is passed over."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from data.errors import DataError
from data.hyperliquid.frames import AllMids, Unknown, parse_frame
from data.hyperliquid.wire import (
    AssetContext,
    Candle,
    FundingSettlement,
    parse_candles,
    parse_contexts,
    parse_funding,
    parse_meta,
)
from data.intervals import HOUR_MS

RECORDED = Path(__file__).parents[2] / "../shared/data/hyperliquid_recorded"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="needs the recorded answers, ../shared/data/hyperliquid_recorded beside the checkout"
)

PARSERS: dict[str, Callable[[object], Any]] = {
    "candleSnapshot": parse_candles,
    "fundingHistory": parse_funding,
    "meta": parse_meta,
    "metaAndAssetCtxs": parse_contexts,
}
OTHER_ANSWERS = {
    "allMids",
    "allPerpMetas",
    "clearinghouseState",
    "delegatorHistory",
    "extraAgents",
    "frontendOpenOrders",
    "historicalOrders",
    "l2Book",
    "openOrders",
    "portfolio",
    "recentTrades",
    "spotClearinghouseState",
    "spotMeta",
    "userFills",
    "userFillsByTime",
    "userFunding",
    "userNonFundingLedgerUpdates",
    "userRateLimit",
    "userRole",
    "userTwapSliceFills",
    "userVaultEquities",
}
"""Types of questions that are not asked here, so that nothing reads their answers."""
KIND_OF_FILE = {
    "http_all_perp_metas_non_usdc_collateral.json": "allPerpMetas",
    "http_clearinghouse_state_negative_total_raw_usd.json": "clearinghouseState",
    "http_funding_history.json": "fundingHistory",
    "http_l2_book_btc.json": "l2Book",
    "http_l2_book_snapshot.json": "l2Book",
    "http_meta_perp_sample.json": "meta",
    "http_recent_trades_btc.json": "recentTrades",
    "http_spot_clearinghouse_state.json": "spotClearinghouseState",
    "http_spot_meta_non_usdc_collateral.json": "spotMeta",
    "http_user_fills_dust_conversion.json": "userFills",
    "gblack686_orderbook_sample.json": "l2Book",
}
"""Of answers that were kept without their question."""
FRAME_OF_FILE: dict[str, type | str] = {
    "ws_allmids.json": AllMids,
    "ws_all_dexs_asset_ctxs.json": Unknown,
    "ws_user_fill_liquidation.json": Unknown,
    "ws_book_data.json": "message: received an object of 3 items, allowed is an object with a text 'channel'",
}
"""What the messages are, or why one is none."""
NO_ANSWERS = {"README.md"}


def files() -> list[Path]:
    return sorted(file for file in RECORDED.rglob("*") if file.is_file() and file.name not in NO_ANSWERS)


def answers(file: Path) -> list[tuple[str, Any]]:
    """Return each answer in a file, with the type of its question."""
    if file.suffix == ".json":
        return [(KIND_OF_FILE[file.name], json.loads(file.read_text(encoding="utf-8")))]
    interactions = yaml.safe_load(file.read_text(encoding="utf-8"))["interactions"]
    assert [one["response"]["status"]["code"] for one in interactions] == [200] * len(interactions)
    return [
        (json.loads(one["request"]["body"])["type"], json.loads(one["response"]["body"]["string"]))
        for one in interactions
    ]


def refused_by_all(payload: object) -> bool:
    """Return whether each parser refuses an answer that is not its own, beginning with its own name."""
    for kind, parse in PARSERS.items():
        if payload == [] and kind in ("candleSnapshot", "fundingHistory"):
            # Nothing is nothing of every kind.
            assert parse(payload) == []
            continue
        with pytest.raises(DataError, match=rf"^{kind}\b.*(received|is missing)"):
            parse(payload)
    return True


@pytest.mark.parametrize("file", files(), ids=lambda file: file.name)
def test_every_recorded_file_is_read_or_refused_with_a_reason(file: Path) -> None:
    if file.name in FRAME_OF_FILE:
        wanted = FRAME_OF_FILE[file.name]
        if isinstance(wanted, str):
            with pytest.raises(DataError) as caught:
                parse_frame(file.read_bytes())
            assert str(caught.value).startswith(wanted)
        else:
            assert type(parse_frame(file.read_bytes())) is wanted
        return
    found = answers(file)
    assert found
    for kind, payload in found:
        if kind in PARSERS:
            assert len(PARSERS[kind](payload)) > 0
        else:
            assert kind in OTHER_ANSWERS
            assert refused_by_all(payload)


def test_no_kind_of_file_is_passed_over() -> None:
    counted = Counter(file.suffix for file in files())
    assert set(counted) == {".yaml", ".json"}
    assert counted[".json"] == len(KIND_OF_FILE) + len(FRAME_OF_FILE)
    assert counted[".yaml"] >= 23


def cassette(name: str) -> dict[str, Any]:
    return dict(answers(RECORDED / "python_sdk_cassettes/info_test" / name))


def test_recorded_candles_have_the_recorded_values() -> None:
    candles = parse_candles(cassette("test_get_candles_snapshot.yaml")["candleSnapshot"])
    # Counted and read off in the file: 24 hours, the last from 20:00 to 21:00 of the day after.
    assert len(candles) == 24
    assert candles[-1] == Candle(
        1684778400000 + HOUR_MS, 1684785599999, "kPEPE", "1h", 0.001538, 0.001548, 0.001536, 0.00154, 308219489.0, 430
    )
    assert not any(candle.is_backfilled for candle in candles)


def test_recorded_funding_has_the_recorded_values() -> None:
    settlements = parse_funding(cassette("test_get_funding_history[None].yaml")["fundingHistory"])
    assert len(settlements) == 1038
    assert settlements[0] == FundingSettlement("BTC", 1683849600048, -0.00061334, -0.00091334)
    assert settlements[-1] == FundingSettlement("BTC", 1689627600065, 0.0000125, 0.00007028)
    newer = parse_funding(answers(RECORDED / "nautilus_test_data/http_funding_history.json")[0][1])
    assert [settlement.premium for settlement in newer] == [0.00029005, -0.000125, None]


def test_recorded_universe_has_the_recorded_coins() -> None:
    assets = parse_meta(cassette("test_get_info.yaml")["meta"])
    assert (len(assets), assets[15].name, assets[15].size_decimals, assets[15].max_leverage) == (28, "kPEPE", 0, 50)


def test_every_recorded_context_is_read_alone_and_among_all() -> None:
    recorded = json.loads((RECORDED / "nautilus_test_data/ws_all_dexs_asset_ctxs.json").read_text(encoding="utf-8"))
    n_bookless = 0
    for _dex, contexts in recorded["data"]["ctxs"]:
        universe = [{"name": f"C{index}", "szDecimals": 2, "maxLeverage": 3} for index in range(len(contexts))]
        _assets, together = parse_contexts([{"universe": universe}, contexts])
        alone = [
            parse_frame(json.dumps({"channel": "activeAssetCtx", "data": {"coin": f"C{index}", "ctx": context}}))
            for index, context in enumerate(contexts)
        ]
        assert alone == together
        n_bookless += sum(isinstance(one, AssetContext) and one.mid_price is None for one in alone)
    assert n_bookless == 78
