"""Questions to Binance and OKX through ccxt. The only import of ccxt.

The library keeps to the venues' limits of requests; here are time-outs, repetition, and everything that it takes for
an answer though it is none: pages of words, JSON cut short, more bytes than there can be.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import ccxt
import requests
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from data.errors import DataError
from data.shown import inert_line, shown

TIMEOUT_S, PAUSE_S = 15.0, 0.5
ATTEMPTS = 8
LONGEST_WAIT_S = 60.0
"""A venue that asks to be left alone for longer is; the user decides when to try again."""
MOST_BYTES = 1 << 26
"""In one answer; the list of all contracts has some 2 MB."""

LATEST_MS = 2**43
"""The year 2248."""
LARGEST = 1e300
"""Of prices, volumes and rates."""

_TOO_MANY, _SERVER_ERROR = {418, 429}, 500

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between venues."""

    title: str
    library: str
    """Name of its class in ccxt."""
    options: dict[str, Any]
    page_candles: int
    """Asked for at once."""
    page_settlements: int
    last_inclusive: int
    """1 if the end of a range belongs to it."""
    candle_options: dict[str, Any]
    says_listing: bool
    """Whether a contract says when its bars begin; else the venue gives the first one behind a moment."""
    funding_days: int | None
    """How far back funding goes; None for all of it."""


BINANCE = Dialect(
    "Binance USD-M",
    "binanceusdm",
    {},
    page_candles=1_000,
    page_settlements=1_000,
    last_inclusive=1,
    candle_options={},
    says_listing=False,  # what its contracts say is weeks later than their first bars
    funding_days=None,
)
OKX = Dialect(
    "OKX",
    "okx",
    {"fetchMarkets": {"types": ["swap"]}},
    page_candles=100,
    page_settlements=100,
    last_inclusive=0,
    # The other kind of candles goes back 1,440 bars only, by this machine's clock.
    candle_options={"type": "HistoryCandles"},
    says_listing=True,
    funding_days=90,
)


class UnansweredError(Exception):
    """What may pass.

    Parameters
    ----------
    wait_s
        How long the venue asks to be left alone; 0 if it does not say.
    """

    def __init__(self, what: str, wait_s: float = 0.0) -> None:
        super().__init__(what)
        self.wait_s = wait_s


class CcxtVenue:
    """Reads the public history of perpetuals that are paid in USDT.

    Parameters
    ----------
    url
        Where to ask instead of at the venue itself.
    timeout_s, pause_s
        After which an answer is waited for no longer; before the second attempt, about.
    """

    def __init__(
        self, dialect: Dialect, url: str | None = None, *, timeout_s: float = TIMEOUT_S, pause_s: float = PAUSE_S
    ) -> None:
        self.dialect, self._pause_s = dialect, pause_s
        self._library = _strict(getattr(ccxt, dialect.library))(
            {"timeout": round(timeout_s * 1000), "enableRateLimit": not _is_ours(url), "options": dialect.options}
        )
        self._library.session.mount("http://", _Limited())
        self._library.session.mount("https://", _Limited())
        self._place = url or dialect.title
        if url is not None:
            _redirect(self._library, url.rstrip("/"))

    def intervals(self) -> tuple[str, ...]:
        """Return the names of the intervals of its bars."""
        return tuple(self._library.timeframes)

    def coins(self) -> dict[str, tuple[str, int | None]]:
        """Return the coins of its perpetuals, each with the contract and, where it is said, when it was listed."""
        markets = self._ask("its contracts", self._library.load_markets)
        return {
            str(market["base"]): (str(symbol), _moment(market.get("created")))
            for symbol, market in markets.items()
            if market.get("swap") and market.get("linear") and market.get("settle") == "USDT"
        }

    def time_ms(self) -> int:
        """Return the venue's time, UTC: whether a bar is over is for its clock to say, not for ours."""
        found = self._ask("its time", self._library.fetch_time)
        if type(found) is not int or not 0 < found < LATEST_MS:
            raise DataError(f"{self._place}: its time is {shown(found)}; allowed is a UTC ms")
        return found

    def first_ms(self, symbol: str, interval: str, start_ms: int, listed_ms: int | None) -> int | None:
        """Return when the first bar opens that does not open before a moment; None if there is none.

        Where the venue gives no bar without the end of a range, it is when the contract was listed.
        """
        if self.dialect.says_listing:
            return max(start_ms, listed_ms or 0)
        found = self._ask(
            f"the first bar of {symbol} {interval}",
            lambda: self._library.fetch_ohlcv(symbol, interval, start_ms, 1, self.dialect.candle_options),
        )
        times = [int(row[0]) for row in _numbers(found, 6, self._place) if row[0] >= start_ms]
        return min(times, default=None)

    def candles(self, symbol: str, interval: str, start_ms: int, end_ms: int) -> list[list[float]]:
        """Return time, open, high, low, close and volume (coins) of bars that open in a range, in order of time."""
        options = {**self.dialect.candle_options, "until": end_ms - self.dialect.last_inclusive}
        found = self._ask(
            f"bars of {symbol} {interval}",
            lambda: self._library.fetch_ohlcv(symbol, interval, start_ms, self.dialect.page_candles, options),
        )
        return [row for row in _numbers(found, 6, self._place) if start_ms <= row[0] < end_ms]

    def funding(self, symbol: str, start_ms: int, end_ms: int) -> list[list[float]]:
        """Return time and rate of settlements in a range, in order of time: the oldest of them, or the newest."""
        limit = self.dialect.page_settlements
        bounds = {"until": end_ms - 1} if self.dialect.last_inclusive else {"after": str(end_ms)}
        found = self._ask(
            f"funding of {symbol}",
            lambda: self._library.fetch_funding_rate_history(symbol, start_ms, limit, bounds),
        )
        rows = [[row.get("timestamp"), row.get("fundingRate")] for row in found]
        return [row for row in _numbers(rows, 2, self._place) if start_ms <= row[0] < end_ms]

    def _ask(self, what: str, ask: Callable[[], Answer]) -> Answer:
        backing_off = wait_random_exponential(multiplier=self._pause_s, max=LONGEST_WAIT_S)

        def wait_s(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome is not None else None
            asked_s = error.wait_s if isinstance(error, UnansweredError) else 0.0
            return max(backing_off(state), asked_s)

        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_s,
            retry=retry_if_exception_type(UnansweredError),
            reraise=True,
        )
        try:
            answer: Answer = retrying(self._ask_once, what, ask)
        except UnansweredError as error:
            raise DataError(
                f"{self._place} did not answer about {what} in {ATTEMPTS} attempts, last: {error}; what was fetched is "
                "kept, the same command goes on from there"
            ) from None
        return answer

    def _ask_once(self, what: str, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except (ccxt.DDoSProtection, ccxt.RateLimitExceeded):
            wait_s = _seconds((self._library.last_response_headers or {}).get("Retry-After"))
            if wait_s > LONGEST_WAIT_S:
                raise DataError(
                    f"{self._place} asks to be left alone for {wait_s:.0f} s; what was fetched is kept, run the same "
                    "command again after that"
                ) from None
            raise UnansweredError("too many requests", wait_s) from None
        except ccxt.NetworkError as error:
            # Of a request that failed its address is all that the library tells.
            said = inert_line(str(error), 80)
            raise UnansweredError(type(error).__name__ if "://" in said else said) from None
        except ccxt.BaseError as error:
            raise DataError(f"{self._place} refused to tell {what}: {inert_line(str(error), 200)}") from None
        except requests.RequestException as error:
            raise DataError(f"{self._place} cannot be asked: {inert_line(str(error), 200)}") from None
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            # The library takes an answer apart without looking whether it has the parts.
            reason = inert_line(f"{type(error).__name__}: {error}", 200)
            raise DataError(
                f"{self._place} answered about {what} what cannot be read ({reason}); what was fetched is kept, try "
                "again, and if it stays so the venue has changed its format"
            ) from None


def _strict(library: type[Any]) -> type[Any]:
    """Return a library's class that takes for an answer only what is one."""

    def fetch(self: Any, *arguments: Any, **options: Any) -> Any:
        answer = library.fetch(self, *arguments, **options)
        if not isinstance(answer, dict | list):
            # It gives back the text as it came, and finds no rows in it.
            raise ccxt.NetworkError("an answer that is no JSON")
        if self.id == "okx" and not (isinstance(answer, dict) and isinstance(answer.get("data"), list)):
            raise ccxt.NetworkError("an answer without data")
        return answer

    def handle_errors(self: Any, code: int, *arguments: Any) -> Any:
        # Before the library reads the body: what these mean does not depend on it.
        if code in _TOO_MANY:
            raise ccxt.DDoSProtection(f"HTTP {code}")
        if code >= _SERVER_ERROR:
            raise ccxt.ExchangeNotAvailable(f"HTTP {code}")
        return library.handle_errors(self, code, *arguments)

    return type(f"Strict{library.__name__}", (library,), {"fetch": fetch, "handle_errors": handle_errors})


class _Limited(HTTPAdapter):
    """Reads answers of any size but the absurd."""

    def send(self, *arguments: Any, **options: Any) -> requests.Response:
        response = super().send(*arguments, **{**options, "stream": True})
        body = bytearray()
        for chunk in response.iter_content(1 << 16):
            body += chunk
            if len(body) > MOST_BYTES:
                response.close()
                raise ccxt.BadResponse(f"received more than {MOST_BYTES:,} bytes")
        response._content = bytes(body)
        return response


def _redirect(library: Any, url: str) -> None:
    """Let a library ask elsewhere, keeping the paths."""
    api = library.urls["api"]
    for name, address in api.items():
        if isinstance(address, str):
            path = address.split("//", 1)[-1].partition("/")[2]
            api[name] = f"{url}/{path}" if path else url


def _is_ours(url: str | None) -> bool:
    """Return whether an address is on this machine, where nobody else's limits are to be kept."""
    try:
        return url is not None and urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}
    except ValueError:
        return False


def _seconds(said: object) -> float:
    try:
        seconds = float(str(said))
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _moment(said: object) -> int | None:
    """Return when a contract was listed; None for what is no time."""
    return said if type(said) is int and 0 < said < LATEST_MS else None


def _numbers(rows: Any, n_columns: int, place: str) -> list[list[float]]:
    """Return rows of a time and other numbers, all of them possible ones."""
    for row in rows:
        if len(row) != n_columns or not all(map(_is_number, row)) or not 0 <= row[0] < LATEST_MS:
            received = inert_line(repr(row), 200)
            raise DataError(f"{place}: received {received}; allowed are a UTC ms and {n_columns - 1} finite numbers")
    return [list(row) for row in rows]


def _is_number(value: object) -> bool:
    # NaN, infinity and whole numbers beyond what an array can hold are in no range.
    return type(value) in {int, float} and -LARGEST < value < LARGEST  # type: ignore[operator]
