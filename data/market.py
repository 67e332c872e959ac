"""One coin's history and several aligned: read-only arrays that nothing downstream can change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from data.errors import DataError
from data.intervals import interval_name

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

SERIES = ("open", "high", "low", "close", "volume", "funding_rate", "funding_cost")


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the venue says about one perpetual."""

    coin: str
    """Name of the coin, as the venue spells it."""
    venue: str
    """Name of the venue that the bars come from."""
    lot_size: float = 1e-5
    """Step of the quantity, in coins; every order is rounded down to it."""
    tick_size: float = 1e-6
    """Step of the price, in USDC."""
    max_leverage: int = 20
    """Highest whole leverage; maintenance margin is half the initial margin at it."""
    funding_period_ms: int = 3_600_000
    """Time between two funding settlements."""
    listed_ms: int | None = None
    """First moment of trading, UTC; None when unknown."""
    delisted_ms: int | None = None
    """Last moment of trading, UTC; None while listed."""

    @property
    def maintenance_fraction(self) -> float:
        """Maintenance margin as a fraction of notional."""
        return 0.5 / self.max_leverage


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """One coin on the calendar of its universe; every array has shape (n_bars,) and is read-only.

    Where `is_available` is False (not listed, delisted, a gap) all prices and the volume are NaN.
    A bar's values are known at its close, which is the open of the next bar.
    """

    instrument: Instrument
    interval_ms: int
    """Length of a bar."""
    time_ms: IntArray
    """UTC milliseconds of each bar's open, on the interval's grid, strictly increasing."""
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    """Traded volume in coins."""
    is_available: BoolArray
    """Whether the coin traded on this bar."""
    funding_rate: FloatArray
    """Sum of the rates (fractions) settled in (open[t-1], open[t]]; 0 without a settlement, NaN if unknown."""
    funding_cost: FloatArray
    """USDC that one coin held long pays for them, at the oracle price if known, else open[t]; NaN if unknown."""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                if value.shape != self.time_ms.shape:
                    raise DataError(
                        f"market {self.coin}: {item.name} has shape {value.shape}, "
                        f"allowed is {self.time_ms.shape}, the shape of time_ms"
                    )
                value.setflags(write=False)

    @property
    def coin(self) -> str:
        return self.instrument.coin

    @property
    def n_bars(self) -> int:
        return int(self.time_ms.size)

    def segments(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Return the runs [first, end) of available bars inside [start, stop)."""
        padded = np.concatenate(([False], self.is_available[start:stop], [False]))
        edges = np.flatnonzero(padded[1:] != padded[:-1])
        return [(start + int(a), start + int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Universe:
    """Aligned markets: the same calendar, one coin each, in the order of their names."""

    snapshot_id: str
    """sha256 of the manifest that these arrays were decoded from."""
    markets: tuple[Market, ...]
    _by_coin: dict[str, Market] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.markets:
            raise DataError("universe is empty: give at least one market")
        first = self.markets[0]
        for market in self.markets[1:]:
            if market.interval_ms != first.interval_ms or not np.array_equal(market.time_ms, first.time_ms):
                raise DataError(
                    f"universe: {market.coin} does not share the calendar of {first.coin}; build both from one snapshot"
                )
        names = [market.coin for market in self.markets]
        if names != sorted(set(names)):
            raise DataError(f"universe: coins must be distinct and sorted by name, received {names}")
        object.__setattr__(self, "_by_coin", dict(zip(names, self.markets, strict=True)))

    def __iter__(self) -> Iterator[Market]:
        return iter(self.markets)

    def __getitem__(self, coin: str) -> Market:
        try:
            return self._by_coin[coin]
        except KeyError:
            raise DataError(f"coin {coin!r} is not in this universe: choose one of {', '.join(self.coins)}") from None

    @property
    def coins(self) -> tuple[str, ...]:
        return tuple(market.coin for market in self.markets)

    @property
    def time_ms(self) -> IntArray:
        return self.markets[0].time_ms

    @property
    def interval_ms(self) -> int:
        return self.markets[0].interval_ms

    @property
    def interval(self) -> str:
        return interval_name(self.interval_ms)

    @property
    def n_bars(self) -> int:
        return self.markets[0].n_bars
