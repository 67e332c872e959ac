"""Questions to the venue over HTTP, at the pace that it allows. The only import of its SDK.

What may pass (a time-out, a server that is down, an answer cut short, too many requests) is asked again, a little
later each time; what will not (a request that the venue cannot read) is refused at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from hyperliquid.api import API
from hyperliquid.utils.error import ClientError, ServerError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from data.errors import DataError
from data.hyperliquid.limiter import WeightLimiter, weight_of
from data.hyperliquid.wire import (
    AssetMeta,
    Candle,
    FundingSettlement,
    parse_candles,
    parse_funding,
    parse_meta,
)
from data.intervals import utc_text
from data.shown import shown

MAINNET_URL = "https://api.hyperliquid.xyz"
TIMEOUT_S, PAUSE_S = 15.0, 0.5
ATTEMPTS = 10
"""Which take about a minute, as long as it takes until the venue counts anew."""
LONGEST_WAIT_S = 30.0
TOO_MANY_REQUESTS = 429


class UnansweredError(Exception):
    """What may pass."""


class HyperliquidRest:
    """Reads the venue's `/info`.

    Parameters
    ----------
    url
        Of the venue, or of one that is simulated.
    limiter
        Shared by all who ask from this machine: the venue counts by address.
    timeout_s
        After which an answer is waited for no longer.
    pause_s
        Before the second attempt, about; each further one waits up to twice as long as the one before.
    sleep
        Waits so many seconds between two attempts; what it raises ends the question.
    """

    def __init__(
        self,
        url: str = MAINNET_URL,
        *,
        limiter: WeightLimiter | None = None,
        timeout_s: float = TIMEOUT_S,
        pause_s: float = PAUSE_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api, self._url, self._pause_s = API(url, timeout=timeout_s), url, pause_s
        self._sleep = sleep
        self._limiter = limiter or WeightLimiter()
        self._meta: tuple[AssetMeta, ...] | None = None
        self.n_requests = 0
        """Sent so far, those without an answer among them."""

    def meta(self) -> tuple[AssetMeta, ...]:
        """Return what the venue says about its perpetuals; asked once."""
        if self._meta is None:
            self._meta = tuple(parse_meta(self._ask({"type": "meta", "dex": ""}, 0)))
        return self._meta

    def time_ms(self) -> int:
        """Return the venue's time, UTC: whether a bar is over is for its clock to say, not for ours.

        Raises
        ------
        DataError
            If the venue does not tell it.
        """
        coin = next((asset.name for asset in self.meta() if not asset.is_delisted), None)
        # Any order book has it.
        book = self._ask({"type": "l2Book", "coin": coin}, 0)
        found = book.get("time") if isinstance(book, dict) else None
        if type(found) is not int or found <= 0:
            raise DataError(
                f"{self._url}: the order book of {shown(coin)} has time {shown(found)}; allowed is a UTC ms"
            )
        return found

    def candles(self, coin: str, interval: str, start_ms: int, end_ms: int, n_expected: int) -> list[Candle]:
        """Return the candles from the one that holds `start_ms` to the one that holds `end_ms`, both included.

        Of more than 5,000 the venue gives the newest, and does not say so. The last one may be in progress.
        """
        asked = {"coin": coin, "interval": interval, "startTime": start_ms, "endTime": end_ms}
        found = parse_candles(self._ask({"type": "candleSnapshot", "req": asked}, n_expected))
        for candle in found:
            if (candle.coin, candle.interval) != (coin, interval):
                raise DataError(
                    f"{self._url}: asked for {coin} {interval}, received a candle of {shown(candle.coin)} "
                    f"{shown(candle.interval)} at {utc_text(candle.open_ms)}"
                )
        return found

    def funding(self, coin: str, start_ms: int, end_ms: int, n_expected: int) -> list[FundingSettlement]:
        """Return the settlements of a coin from `start_ms` to `end_ms`, both included; the oldest 500 of them."""
        asked = {"type": "fundingHistory", "coin": coin, "startTime": start_ms, "endTime": end_ms}
        found = parse_funding(self._ask(asked, n_expected))
        for settlement in found:
            if settlement.coin != coin:
                raise DataError(f"{self._url}: asked for funding of {coin}, received that of {shown(settlement.coin)}")
        return found

    def _ask(self, request: Mapping[str, Any], n_expected: int) -> Any:
        retrying = Retrying(
            sleep=self._sleep,
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=self._pause_s, max=LONGEST_WAIT_S),
            retry=retry_if_exception_type(UnansweredError),
            reraise=True,
        )
        try:
            return retrying(self._ask_once, request, weight_of(request, n_expected))
        except UnansweredError as error:
            raise DataError(
                f"{self._url} did not answer {request['type']} in {ATTEMPTS} attempts, last: {error}; "
                "what was fetched is kept, the same command goes on from there"
            ) from None

    def _ask_once(self, request: Mapping[str, Any], weight: int) -> Any:
        self._limiter.acquire(weight)
        self.n_requests += 1
        try:
            answer = self._api.post("/info", dict(request))
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise UnansweredError(type(error).__name__) from None
        except ServerError as error:
            raise UnansweredError(f"HTTP {error.status_code}") from None
        except ClientError as error:
            if error.status_code == TOO_MANY_REQUESTS:
                raise UnansweredError("HTTP 429, too many requests") from None
            raise DataError(
                f"{self._url} refused {request['type']} with HTTP {error.status_code}: {shown(error.error_message)}"
            ) from None
        except requests.RequestException as error:
            raise DataError(f"{self._url} cannot be asked: {shown(str(error))}; give an http(s) address") from None
        if isinstance(answer, dict) and "error" in answer:
            # What the SDK makes of an answer that is no JSON: a page of words, or one cut short.
            raise UnansweredError("an answer that is no JSON")
        return answer
