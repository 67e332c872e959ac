"""Binance and OKX, as far as our reader asks them: made-up bars and funding behind their real addresses and limits.

Every bar can be told from its number: bar `i` since the listing opens at 100 + i % 50 and closes at half more.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

LISTED_MS = 1_704_067_200_000  # 2024-01-01
HOUR_MS = 3_600_000
STEPS_MS = {"1m": 60_000, "1h": HOUR_MS, "1H": HOUR_MS, "4h": 4 * HOUR_MS, "4H": 4 * HOUR_MS, "1Dutc": 24 * HOUR_MS}
FUNDING_MS = 8 * HOUR_MS


@dataclass
class Plan:
    """What is served, and what goes wrong."""

    now_ms: int = LISTED_MS + 3_000 * HOUR_MS + 1_800_000
    listed_ms: int = LISTED_MS
    page_cap: int = 10_000
    """Rows in one answer, whatever was asked."""
    funding_days: int = 90
    """How far back OKX keeps it."""
    holes: frozenset[int] = frozenset()
    """Numbers of bars that the venue never had."""
    rate: str = "0.0001"
    faults: list[str] = field(default_factory=list)
    """One for each request from now on: timeout, 429, 418, 503, html, truncated, huge or empty (nothing wrong)."""
    retry_after: str = "0"


class PerpetualVenue:
    """A server on this machine while it is entered; `venue` is binance or okx."""

    def __init__(self, venue: str, plan: Plan | None = None) -> None:
        self.venue, self.plan, self.requests = venue, plan or Plan(), Counter[str]()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._runner: web.AppRunner | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._runner is not None
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.rpartition("/")[2]
        self.requests[path] += 1
        fault = self.plan.faults.pop(0) if self.plan.faults else ""
        if fault == "timeout":
            await asyncio.sleep(1.0)
        if fault in {"429", "418"}:
            return web.json_response({"code": -1003}, status=int(fault), headers={"Retry-After": self.plan.retry_after})
        if fault == "503":
            return web.Response(text="<html>busy</html>", status=503, content_type="text/html")
        if fault == "html":
            return web.Response(text="<html>a page of words</html>", content_type="text/html")
        content = web.json_response(getattr(self, f"_{path.replace('-', '_')}")(request.query)).text or ""
        if fault == "truncated":
            content = content[: len(content) // 2]
        if fault == "huge":
            content = "[" + "1," * (1 << 19) + "1]"
        return web.Response(text=content, content_type="application/json")

    # Binance: oldest first from startTime, both ends included.

    def _exchangeInfo(self, query: Any) -> Any:  # noqa: N802 - an address of theirs
        names = {"BTCUSDT": "BTC", "1000PEPEUSDT": "1000PEPE", "ETHUSDT": "ETH"}
        return {"symbols": [_binance_contract(symbol, base) for symbol, base in names.items()]}

    def _klines(self, query: Any) -> Any:
        step = STEPS_MS[query["interval"]]
        start_ms, end_ms = int(query["startTime"]), int(query.get("endTime", 2**60))
        limit = min(int(query["limit"]), 1_500, self.plan.page_cap)
        rows = [bar for bar in self._all_bars(step) if start_ms <= bar[0] <= end_ms][:limit]
        return [[bar[0], *map(str, bar[1:]), bar[0] + step - 1, "1", 1, "1", "1", "0"] for bar in rows]

    def _fundingRate(self, query: Any) -> Any:  # noqa: N802
        start_ms, end_ms = int(query["startTime"]), int(query.get("endTime", 2**60))
        times = [time for time in self._settled() if start_ms <= time <= end_ms]
        limit = min(int(query["limit"]), 1_000, self.plan.page_cap)
        return [{"symbol": query["symbol"], "fundingRate": self.plan.rate, "fundingTime": time} for time in times][
            :limit
        ]

    def _time(self, query: Any) -> Any:
        if self.venue == "binance":
            return {"serverTime": self.plan.now_ms}
        return _okx([{"ts": str(self.plan.now_ms)}])

    # OKX: newest first, before and after excluded.

    def _instruments(self, query: Any) -> Any:
        return _okx([_okx_contract(coin, self.plan.listed_ms) for coin in ("BTC", "ETH", "PEPE")])

    def _history_candles(self, query: Any) -> Any:
        step = STEPS_MS[query["bar"]]
        after_ms, before_ms = int(query["after"]), int(query["before"])
        limit = min(int(query["limit"]), 100, self.plan.page_cap)
        rows = [bar for bar in self._all_bars(step) if before_ms < bar[0] < after_ms][::-1][:limit]
        # Contracts of a hundredth of a coin, coins, dollars, and whether the bar is over.
        return _okx(
            [
                [str(bar[0]), *map(str, bar[1:5]), str(bar[5] * 100), str(bar[5]), str(bar[5] * bar[4]), "1"]
                for bar in rows
            ]
        )

    def _funding_rate_history(self, query: Any) -> Any:
        after_ms, before_ms = int(query.get("after", 2**60)), int(query["before"])
        oldest_ms = self.plan.now_ms - self.plan.funding_days * 24 * HOUR_MS
        times = [time for time in self._settled() if max(before_ms, oldest_ms) < time < after_ms]
        rate = {"instId": query["instId"], "instType": "SWAP", "fundingRate": "0.5", "realizedRate": self.plan.rate}
        limit = min(int(query["limit"]), 100, self.plan.page_cap)
        return _okx([{**rate, "fundingTime": str(time)} for time in times[::-1][:limit]])

    def _all_bars(self, step: int) -> list[tuple[int, float, float, float, float, float]]:
        first, last = -(-self.plan.listed_ms // step), self.plan.now_ms // step
        return [
            (number * step, opened, opened + 1.0, opened - 1.0, opened + 0.5, 5.0)
            for index, number in enumerate(range(first, last + 1))
            if index not in self.plan.holes
            for opened in [100.0 + index % 50]
        ]

    def _settled(self) -> list[int]:
        first = -(-self.plan.listed_ms // FUNDING_MS)
        return [number * FUNDING_MS + 7 for number in range(first, self.plan.now_ms // FUNDING_MS + 1)]


def _okx(rows: list[Any]) -> Any:
    return {"code": "0", "msg": "", "data": rows}


def _binance_contract(symbol: str, base: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "pair": symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": 4_133_404_800_000,
        # Weeks behind its first bar, as the venue has it for some.
        "onboardDate": LISTED_MS + 400 * HOUR_MS,
        "status": "TRADING",
        "baseAsset": base,
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
        "pricePrecision": 2,
        "quantityPrecision": 3,
        "filters": [],
    }


def _okx_contract(coin: str, listed_ms: int) -> dict[str, Any]:
    return {
        "instType": "SWAP",
        "instId": f"{coin}-USDT-SWAP",
        "uly": f"{coin}-USDT",
        "instFamily": f"{coin}-USDT",
        "baseCcy": "",
        "quoteCcy": "",
        "settleCcy": "USDT",
        "ctVal": "0.01",
        "ctMult": "1",
        "ctValCcy": coin,
        "ctType": "linear",
        "tickSz": "0.1",
        "lotSz": "1",
        "minSz": "1",
        "state": "live",
        "lever": "100",
        "listTime": str(listed_ms),
        "expTime": "",
    }
