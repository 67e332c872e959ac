"""What is known of a venue's coins and since when, as plain values and as lines of words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from data.facts.history import FactsHistory
from data.facts.lifetime import KnownBy, Lifetime
from data.intervals import utc_text

LISTED = {KnownBy.FILE: "listed {} (file)", KnownBy.VENUE: "listed by {} (venue)", KnownBy.BARS: "history from {}"}
DELISTED = {KnownBy.FILE: "delisted {} (file)", KnownBy.VENUE: "delisted by {} (venue)", KnownBy.BARS: "bars end {}"}
"""What is said of a date, by how it is known."""


def coins_view(
    venue: str, facts: FactsHistory, lives: Mapping[str, Lifetime], at_ms: int | None, with_bars: Collection[str]
) -> dict[str, Any]:
    """Return the coins of a venue, as JSON values; at a moment those alone that were traded."""
    return {
        "venue": venue,
        "asked": None if facts.looked_ms is None else utc_text(facts.looked_ms),
        "coins": [
            _coin_view(life, facts, at_ms, has_bars=life.coin in with_bars)
            for life in lives.values()
            if at_ms is None or life.is_traded_at(at_ms)
        ],
    }


def coin_lines(view: Mapping[str, Any], *, every: bool) -> Iterator[str]:
    """Yield a headline and a line for each coin that has bars, or for every one."""
    asked = f", asked on {view['asked'][:10]}" if view["asked"] else ", never asked"
    shown = [coin for coin in view["coins"] if every or coin["has_bars"]]
    yield f"coins of {view['venue']}: {len(view['coins'])} known{asked}"
    for coin in shown:
        yield f"  {coin['coin']:8} {_life_words(coin)}; {_fact_words(coin)}"
    if len(shown) < len(view["coins"]):
        yield f"  and {len(view['coins']) - len(shown)} without bars here; organism data facts lists them"


def _coin_view(life: Lifetime, facts: FactsHistory, at_ms: int | None, *, has_bars: bool) -> dict[str, Any]:
    latest = max((row.from_ms for row, _ in facts.of(life.coin)), default=0)
    holds = facts.at(life.coin, latest if at_ms is None else at_ms)
    return {
        "coin": life.coin,
        "has_bars": has_bars,
        "listed": None if life.listed_ms is None else utc_text(life.listed_ms),
        "listed_by": life.listed_by.value,
        "delisted": None if life.delisted_ms is None else utc_text(life.delisted_ms),
        "last_day": None if life.delisted_ms is None else utc_text(life.delisted_ms - 1)[:10],
        "delisted_by": life.delisted_by.value,
        "is_gone": life.is_gone,
        "size_decimals": holds.size_decimals,
        "max_leverage": holds.max_leverage,
        "margin": holds.margin,
        "facts_since": None if not holds.from_ms else utc_text(holds.from_ms),
        "said": [
            {"from": utc_text(row.from_ms) if row.from_ms else None, "by": source, **_said(row.said())}
            for row, source in facts.of(life.coin)
        ],
    }


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removesuffix("_ms"): utc_text(value) if name.endswith("_ms") else value for name, value in values.items()
    }


def _life_words(coin: Mapping[str, Any]) -> str:
    listed = LISTED[KnownBy(coin["listed_by"])].format(coin["listed"][:10]) if coin["listed"] else "no dates known"
    if coin["delisted"]:
        return f"{listed}, {DELISTED[KnownBy(coin['delisted_by'])].format(coin['last_day'])}"
    return listed + (", delisted nobody knows when" if coin["is_gone"] else "")


def _fact_words(coin: Mapping[str, Any]) -> str:
    said = [
        f"{coin['size_decimals']} size decimals" if coin["size_decimals"] is not None else "",
        f"leverage {coin['max_leverage']}" if coin["max_leverage"] is not None else "",
        coin["margin"] or "",
    ]
    known = ", ".join(word for word in said if word)
    if not known:
        return "lot and leverage not known here"
    return f"{known}, since {coin['facts_since'][:10]}" if coin["facts_since"] else known
