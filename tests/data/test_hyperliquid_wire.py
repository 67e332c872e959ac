"""Answers of Hyperliquid's `/info`: what is read, exactly, and what is refused, with where and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from data.hyperliquid.wire import (
    AssetContext,
    AssetMeta,
    Candle,
    FundingSettlement,
    parse_candles,
    parse_contexts,
    parse_funding,
    parse_meta,
)
from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
QUARTER_MS = 15 * MINUTE_MS

CANDLE: dict[str, Any] = {
    "t": MIDNIGHT_MS,
    "T": MIDNIGHT_MS + QUARTER_MS - 1,
    "s": "BTC",
    "i": "15m",
    "o": "29295.0",
    "c": "29258.0",
    "h": "29309.0",
    "l": "29250.0",
    "v": "0.98639",
    "n": 189,
}
SETTLEMENT: dict[str, Any] = {
    "coin": "BTC",
    "fundingRate": "0.0000125",
    "premium": "-0.0003460577",
    "time": MIDNIGHT_MS + 58,
}
ASSET: dict[str, Any] = {"name": "BTC", "szDecimals": 5, "maxLeverage": 40, "marginTableId": 56}
CONTEXT: dict[str, Any] = {
    "funding": "0.0000073111",
    "openInterest": "37470.12454",
    "prevDayPx": "83995.0",
    "dayNtlVlm": "1134990950.9098792076",
    "premium": "-0.000390177",
    "oraclePx": "84577.0",
    "markPx": "84543.0",
    "midPx": "84543.5",
    "impactPxs": ["84543.0", "84544.0"],
    "dayBaseVlm": "13415.0319",
}
HOSTILE_NUMBERS = [
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "1e5",
    "1_000",
    "0x10",
    " 1",
    "1 ",
    "1\n",
    "+1",
    "1,5",
    "01",
    ".5",
    "5.",
    "",
    "\u0661",  # a digit, but not one of ours
    "9" * 400,
    "0." + "0" * 400 + "1",
    1.5,
    7,
    True,
    None,
    [],
    {},
    float("nan"),
]


def candle(**changed: Any) -> dict[str, Any]:
    return CANDLE | changed


def bars(interval: str, *opens_ms: int, length_ms: int) -> list[dict[str, Any]]:
    return [candle(t=at, T=at + length_ms - 1, i=interval) for at in opens_ms]


def refusal(parse: Callable[[object], Any], payload: object) -> str:
    """Return the message of a refusal, of whose text nothing can act on a terminal."""
    with pytest.raises(DataError, match=r"received|is missing|rise|not") as caught:
        parse(payload)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 700
    return message


def test_a_candle_is_read_exactly_and_keys_to_come_are_ignored() -> None:
    assert parse_candles([candle(q="28900.1", dex={"to": "come"})]) == [
        Candle(
            open_ms=MIDNIGHT_MS,
            close_ms=MIDNIGHT_MS + 899_999,
            coin="BTC",
            interval="15m",
            open=29295.0,
            high=29309.0,
            low=29250.0,
            close=29258.0,
            volume=0.98639,
            n_trades=189,
        )
    ]
    assert parse_candles([]) == []


def test_a_bar_that_nobody_traded_says_so() -> None:
    (filled, traded) = parse_candles(
        [
            candle(n=0, v="0.0"),
            candle(t=MIDNIGHT_MS + QUARTER_MS, T=MIDNIGHT_MS + 2 * QUARTER_MS - 1),
        ]
    )
    assert (filled.is_backfilled, traded.is_backfilled) == (True, False)


@pytest.mark.parametrize(
    ("interval", "open_ms", "length_ms"),
    [
        ("1m", MIDNIGHT_MS + MINUTE_MS, MINUTE_MS),
        ("3m", MIDNIGHT_MS + 3 * MINUTE_MS, 3 * MINUTE_MS),
        ("12h", MIDNIGHT_MS + 12 * HOUR_MS, 12 * HOUR_MS),
        ("1d", MIDNIGHT_MS, DAY_MS),
        ("3d", MIDNIGHT_MS + DAY_MS, 3 * DAY_MS),
        ("1w", MIDNIGHT_MS, 7 * DAY_MS),
        ("1M", MIDNIGHT_MS, 31 * DAY_MS),
        ("1M", MIDNIGHT_MS + 31 * DAY_MS, 29 * DAY_MS),
    ],
)
def test_every_interval_has_its_length(interval: str, open_ms: int, length_ms: int) -> None:
    (found,) = parse_candles(bars(interval, open_ms, length_ms=length_ms))
    assert (found.interval, found.close_ms) == (interval, open_ms + length_ms - 1)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"T": MIDNIGHT_MS + QUARTER_MS}, "[0]: t 1704067200000 to T 1704068100000 is not the length of a 15m candle"),
        ({"T": MIDNIGHT_MS - 1}, "is not the length of a 15m candle"),
        ({"i": "1M", "T": MIDNIGHT_MS + 32 * DAY_MS - 1}, "is not the length of a 1M candle"),
        (
            {"t": MIDNIGHT_MS + 1, "T": MIDNIGHT_MS + QUARTER_MS},
            "[0]: t 1704067200001 is not the begin of a 15m candle in UTC",
        ),
        ({"i": "7m"}, "[0].i: received '7m', allowed is one of 1m, "),
        ({"i": 15}, "[0].i: received 15, allowed is one of"),
        ({"h": "29249.0", "l": "29309.0"}, "are not between low 29309.0 and high 29249.0"),
        ({"h": "29294.9"}, "open and close (29295.0, 29258.0) are not between low 29250.0 and high 29294.9"),
        ({"l": "29258.1"}, "are not between low 29258.1"),
        ({"o": "-29295.0"}, "[0].o: received '-29295.0', allowed is a decimal number in text, from 1e-12 to 1e+12"),
        ({"o": "0.0"}, "[0].o: received '0.0'"),
        ({"o": "0.0000000000001"}, "[0].o: received '0.0000000000001'"),
        ({"o": "9999999999999.0"}, "[0].o: received '9999999999999.0'"),
        ({"v": "-0.1"}, "[0].v: received '-0.1', allowed is a decimal number in text, from 0 to 1e+18"),
        ({"n": -1}, "[0].n: received -1, allowed is a whole number from 0"),
        ({"n": True}, "[0].n: received true"),
        ({"n": 189.0}, "[0].n: received 189.0"),
        ({"n": "189"}, "[0].n: received '189'"),
        ({"n": 10**5000}, "[0].n: received a whole number of 16610 bits"),
        ({"t": MIDNIGHT_MS // 1000}, "[0].t: received 1704067200, allowed is a whole number from 1262304000000"),
        ({"t": MIDNIGHT_MS * 1000}, "[0].t: received 1704067200000000"),
        ({"t": str(MIDNIGHT_MS)}, "[0].t: received '1704067200000'"),
        ({"s": ""}, "[0].s: received '', allowed is a coin's name"),
        ({"s": "../../x"}, "[0].s: received '../../x'"),
        ({"s": "B\x1b[2J"}, r"[0].s: received 'B\x1b[2J'"),
        ({"s": "B" * 9_000}, "... (9000 characters)"),
        ({"s": None}, "[0].s: received null"),
    ],
)
def test_an_impossible_candle_is_refused(changed: dict[str, Any], reason: str) -> None:
    message = refusal(parse_candles, [candle(**changed)])
    assert message.startswith("candleSnapshot[0]")
    assert reason in message


@pytest.mark.parametrize("value", HOSTILE_NUMBERS, ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("key", ["o", "h", "l", "c", "v"])
def test_only_plain_decimal_text_is_a_price_or_a_volume(key: str, value: object) -> None:
    assert f"candleSnapshot[0].{key}: received " in refusal(parse_candles, [candle(**{key: value})])


@pytest.mark.parametrize("key", list(CANDLE))
def test_a_candle_without_a_key_is_refused(key: str) -> None:
    row = {name: value for name, value in CANDLE.items() if name != key}
    assert f"candleSnapshot[0].{key}: is missing" in refusal(parse_candles, [row])


def test_the_place_of_the_first_bad_row_is_named() -> None:
    rows = bars("1h", *range(MIDNIGHT_MS, MIDNIGHT_MS + 5 * HOUR_MS, HOUR_MS), length_ms=HOUR_MS)
    rows[3]["h"] = "NaN"
    rows[4]["l"] = "NaN"
    message = refusal(parse_candles, rows)
    assert "candleSnapshot[3].h: received 'NaN'" in message
    assert "[4]" not in message


def test_candles_out_of_order_or_twice_are_refused() -> None:
    first, second = bars("1h", MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS, length_ms=HOUR_MS)
    assert "candleSnapshot[1]: time 1704067200000 follows 1704070800000" in refusal(parse_candles, [second, first])
    assert "candleSnapshot[2]: time 1704070800000 follows 1704070800000" in refusal(
        parse_candles, [first, second, second]
    )


@pytest.mark.parametrize(
    "payload",
    [None, {}, {"error": "Could not parse JSON: <html>"}, "<html>", 5, True, [None], [[]], ["x"], [CANDLE, 7]],
    ids=ascii,
)
@pytest.mark.parametrize("parse", [parse_candles, parse_funding, parse_meta, parse_contexts])
def test_what_is_no_answer_is_refused_with_what_is_allowed(parse: Callable[[object], Any], payload: object) -> None:
    assert re.search(r"allowed is|is missing", refusal(parse, payload))


def test_an_answer_without_end_is_given_up() -> None:
    assert "candleSnapshot: received a list of 20001 items" in refusal(parse_candles, [CANDLE] * 20_001)
    assert "candleSnapshot[0]: received 0, allowed is an object" in refusal(parse_candles, [0] * 1_000_000)


def test_funding_is_read_with_and_without_a_premium() -> None:
    without = {"coin": "BTC", "fundingRate": "-0.0000081", "time": MIDNIGHT_MS + HOUR_MS}
    empty = {"coin": "BTC", "fundingRate": "0.0", "premium": None, "time": MIDNIGHT_MS + 2 * HOUR_MS}
    assert parse_funding([SETTLEMENT, without, empty]) == [
        FundingSettlement("BTC", MIDNIGHT_MS + 58, 0.0000125, -0.0003460577),
        FundingSettlement("BTC", MIDNIGHT_MS + HOUR_MS, -0.0000081, None),
        FundingSettlement("BTC", MIDNIGHT_MS + 2 * HOUR_MS, 0.0, None),
    ]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"fundingRate": "1.01"},
            "fundingHistory[0].fundingRate: received '1.01', allowed is a decimal number",
        ),
        ({"fundingRate": "NaN"}, "[0].fundingRate: received 'NaN'"),
        ({"fundingRate": 0.0000125}, "[0].fundingRate: received 1.25e-05"),
        ({"fundingRate": False}, "[0].fundingRate: received false"),
        ({"premium": "inf"}, "[0].premium: received 'inf'"),
        ({"premium": "-1000001"}, "[0].premium: received '-1000001'"),
        ({"time": None}, "[0].time: received null"),
        ({"time": 1.7e12}, "[0].time: received 1700000000000.0"),
    ],
)
def test_impossible_funding_is_refused(changed: dict[str, Any], reason: str) -> None:
    assert reason in refusal(parse_funding, [SETTLEMENT | changed])


def test_settlements_out_of_order_are_refused() -> None:
    later = SETTLEMENT | {"time": MIDNIGHT_MS + HOUR_MS}
    assert "fundingHistory[1]: time" in refusal(parse_funding, [later, SETTLEMENT])
    assert "fundingHistory[1]: time" in refusal(parse_funding, [SETTLEMENT, SETTLEMENT])


def test_coins_are_read_in_their_order_with_null_or_absent_facts() -> None:
    universe = [
        ASSET,
        {"name": "ETH", "szDecimals": 4, "maxLeverage": 25, "isDelisted": None, "onlyIsolated": None},
        {"name": "LOOM", "szDecimals": 1, "maxLeverage": 3, "isDelisted": True, "onlyIsolated": True},
        {"name": "xyz:GOLD", "szDecimals": 3, "maxLeverage": 20, "marginMode": "noCross", "growthMode": "enabled"},
        {"name": "kPEPE", "szDecimals": 0, "maxLeverage": 10, "marginMode": "strictIsolated", "onlyIsolated": False},
        {"name": "SOL", "szDecimals": 2, "maxLeverage": 20, "marginMode": "another"},
    ]
    assert parse_meta({"universe": universe, "marginTables": [], "collateralToken": 0}) == [
        AssetMeta("BTC", 5, 40, is_delisted=False, only_isolated=False),
        AssetMeta("ETH", 4, 25, is_delisted=False, only_isolated=False),
        AssetMeta("LOOM", 1, 3, is_delisted=True, only_isolated=True),
        AssetMeta("xyz:GOLD", 3, 20, is_delisted=False, only_isolated=True),
        AssetMeta("kPEPE", 0, 10, is_delisted=False, only_isolated=True),
        AssetMeta("SOL", 2, 20, is_delisted=False, only_isolated=False),
    ]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"universe": []}, "meta.universe: received a list of 0 items"),
        ({"tokens": []}, "meta.universe: is missing"),
        ({"universe": {"BTC": ASSET}}, "meta.universe: received an object of 1 items, allowed is a list"),
        ({"universe": [ASSET, ASSET]}, "meta.universe[1].name: received 'BTC', which [0] has already"),
        ({"universe": [ASSET | {"szDecimals": 9}]}, "meta.universe[0].szDecimals: received 9"),
        ({"universe": [ASSET | {"szDecimals": "5"}]}, "meta.universe[0].szDecimals: received '5'"),
        ({"universe": [ASSET | {"maxLeverage": 0}]}, "meta.universe[0].maxLeverage: received 0"),
        ({"universe": [ASSET | {"maxLeverage": True}]}, "meta.universe[0].maxLeverage: received true"),
        ({"universe": [ASSET | {"isDelisted": "yes"}]}, "meta.universe[0].isDelisted: received 'yes'"),
        ({"universe": [ASSET | {"isDelisted": 1}]}, "meta.universe[0].isDelisted: received 1"),
        ({"universe": [ASSET | {"name": None}]}, "meta.universe[0].name: received null"),
    ],
)
def test_an_impossible_universe_is_refused(payload: object, reason: str) -> None:
    assert reason in refusal(parse_meta, payload)


def test_contexts_belong_to_coins_by_their_place() -> None:
    bookless = CONTEXT | {"midPx": None, "premium": None, "impactPxs": None, "coin": "not for the venue to say"}
    assets, contexts = parse_contexts([{"universe": [ASSET, ASSET | {"name": "LOOM"}]}, [CONTEXT, bookless]])
    assert [asset.name for asset in assets] == ["BTC", "LOOM"]
    assert contexts[0] == AssetContext(
        coin="BTC",
        funding=0.0000073111,
        open_interest=37470.12454,
        mark_price=84543.0,
        mid_price=84543.5,
        oracle_price=84577.0,
        premium=-0.000390177,
        day_notional_volume=1134990950.9098792076,
    )
    assert (contexts[1].coin, contexts[1].mid_price, contexts[1].premium) == ("LOOM", None, None)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ([{"universe": [ASSET]}, []], "metaAndAssetCtxs[1]: received 0 contexts, allowed is one for each of 1 coins"),
        ([{"universe": [ASSET]}, [CONTEXT, CONTEXT]], "metaAndAssetCtxs[1]: received 2 contexts"),
        ([{"universe": [ASSET]}], "metaAndAssetCtxs[1]: is missing"),
        ([{"universe": [ASSET]}, [CONTEXT], []], "metaAndAssetCtxs: received a list of 3 items"),
        ([{"universe": [ASSET | {"name": ""}]}, [CONTEXT]], "metaAndAssetCtxs[0].universe[0].name: received ''"),
        ([{"universe": [ASSET]}, [CONTEXT | {"markPx": "0.0"}]], "metaAndAssetCtxs[1][0].markPx: received '0.0'"),
        ([{"universe": [ASSET]}, [CONTEXT | {"midPx": "NaN"}]], "metaAndAssetCtxs[1][0].midPx: received 'NaN'"),
        ([{"universe": [ASSET]}, [CONTEXT | {"oraclePx": None}]], "metaAndAssetCtxs[1][0].oraclePx: received null"),
        ([{"universe": [ASSET]}, [CONTEXT | {"openInterest": "-1"}]], "[1][0].openInterest: received '-1'"),
        ([{"universe": [ASSET]}, [{}]], "metaAndAssetCtxs[1][0].funding: is missing"),
    ],
)
def test_impossible_contexts_are_refused(payload: object, reason: str) -> None:
    assert reason in refusal(parse_contexts, payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(HOSTILE_NUMBERS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def rows_or_reason(parse: Callable[[object], Any], payload: object) -> Any:
    try:
        return parse(payload)
    except DataError as error:
        return str(error)


@given(key=st.sampled_from([*CANDLE, "new"]), value=JSON)
def test_whatever_stands_in_a_candle_it_is_possible_or_refused(key: str, value: object) -> None:
    found = rows_or_reason(parse_candles, [candle(**{key: value})])
    if isinstance(found, str):
        assert found.isprintable()
    else:
        (bar,) = found
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high <= 1e12
        assert 0 <= bar.volume <= 1e18
        assert bar.n_trades >= 0


@given(payload=JSON)
@pytest.mark.parametrize("parse", [parse_candles, parse_funding, parse_meta, parse_contexts])
def test_no_json_value_breaks_a_parser(parse: Callable[[object], Any], payload: object) -> None:
    found = rows_or_reason(parse, payload)
    assert found.isprintable() if isinstance(found, str) else found == []


@given(whole=st.integers(1, 10**11), decimals=st.text("0123456789", max_size=8))
def test_a_price_is_the_number_nearest_to_its_text(whole: int, decimals: str) -> None:
    text = f"{whole}.{decimals}" if decimals else str(whole)
    (found,) = parse_candles([candle(o=text, h=text, l=text, c=text)])
    assert found.open == found.close == float(text)
