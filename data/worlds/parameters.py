"""The numbers that a made world consists of, in one place and in plain types."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CoinParameters:
    """One made coin."""

    coin: str
    price: float
    """First open, USDC."""
    volatility: float
    """Root mean square of the hourly log return, as a fraction."""
    volume_usdc: float
    """Typical hourly volume at the first price, USDC; deep enough for a sleeve that has grown while the price fell."""


COINS = (
    CoinParameters("BTC", 10_000.0, 0.0050, 2e10),
    CoinParameters("DOGE", 0.1, 0.0080, 1e10),
    CoinParameters("ETH", 500.0, 0.0060, 2e10),
    CoinParameters("SOL", 50.0, 0.0070, 1e10),
)
"""In the order of their names, which is the order of every array's columns."""


@dataclass(frozen=True, slots=True)
class NoiseParameters:
    """Volatility, fat tails, correlation and volume; hours are half-lives."""

    shock_correlation: float = 0.55
    """Of two coins' Gaussian shocks, hence of their returns."""
    volatility_hours: float = 96.0
    """How slowly log-volatility returns to its mean."""
    common_log_volatility: float = 0.35
    """Standard deviation of the part of log-volatility that all coins share."""
    own_log_volatility: float = 0.20
    """Standard deviation of each coin's own part."""
    tail_degrees: float = 5.0
    """Degrees of freedom of the Student-like mixing: one factor a bar for all coins, so that they crash together."""
    tail_cap: float = 20.0
    """Largest mixing factor of the variance."""
    volume_noise: float = 0.4
    """Standard deviation of log-volume that volatility does not explain."""


@dataclass(frozen=True, slots=True)
class GarchParameters:
    """GARCH(1,1) of a common factor and of each coin's own part: h[t+1] = 1 - a - b + a e[t]^2 + b h[t]."""

    reaction: float = 0.04
    """a: share of the last squared shock. With 0.95 below the variance itself has a finite variance."""
    persistence: float = 0.95
    """b: share of the last variance; reaction + persistence = 0.99 is a half-life of 69 hours."""


@dataclass(frozen=True, slots=True)
class FundingParameters:
    """Hourly funding rates: a shared and an own mean-reverting part, both Gaussian."""

    mean: float = 0.1e-4
    """Mean hourly rate, as a fraction."""
    deviation: float = 0.3e-4
    """Standard deviation of the hourly rate."""
    hours: float = 24.0
    """Half-life of a deviation."""
    common_share: float = 0.5
    """Share of the variance that all coins have in common."""


@dataclass(frozen=True, slots=True)
class CauseParameters:
    """The planted cause: a funding rate that is extreme against its own past week reverses the price.

    In the grammar: enter long at `funding_zscore(168) < -1.5`, leave at `funding_zscore(168) > -0.5`; short mirrored.
    """

    window: int = 168
    """Bars over which the z-score is taken."""
    sum_bars: int = 8
    """The z-score is of the sum of this many hourly rates."""
    enter: float = 1.5
    """The cause begins when |z| goes beyond this."""
    leave: float = 0.5
    """It ends when |z| is back below this."""
    strength: float = 0.073
    """Drift of the price against the crowd, in units of the coin's volatility, each bar while the cause holds."""


@dataclass(frozen=True, slots=True)
class SessionParameters:
    """The other planted cause: once a day, a large move of the night is taken back by the day.

    In the grammar: enter long at `crosses_above(time_of_day, 45)` and `returns(12) < -1`, leave at
    `crosses_above(time_of_day, 87)`; short mirrored.
    """

    night_bars: int = 12
    """Hours over which the move is taken, up to the close at `begin_hour`."""
    move_percent: float = 1.0
    """The cause holds for the day when the move is larger than this, either way."""
    begin_hour: int = 11
    """Hour (UTC) at which the drift begins."""
    end_hour: int = 21
    """Hour at which it ends."""
    strength: float = 0.107
    """Drift of the price against the move, in units of the coin's volatility, each bar while the cause holds."""


@dataclass(frozen=True, slots=True)
class SqueezeParameters:
    """Momentum after a squeeze: a close that leaves a tight range goes on for some hours.

    In the grammar: enter long at `squeeze(24) < 1.1` and `zscore(close, 24) > 1.25`, short mirrored; hold 12 bars.
    """

    window: int = 24
    """Bars over which range and mean are taken."""
    tight: float = 1.1
    """The range is tight while the Bollinger bands are less than this many times as wide as the Keltner channel."""
    leaves: float = 1.25
    """The close leaves it when it lies further than this from the mean, in standard deviations, either way."""
    hold_bars: int = 12
    """Bars for which the price then drifts the same way."""
    strength: float = 0.08
    """Drift of the price, in units of the coin's volatility, each bar while the cause holds."""


@dataclass(frozen=True, slots=True)
class LeadLagParameters:
    """Lead and lag: after a large move of the lead coin, coins that have moved less follow for some hours.

    In the grammar: enter long at `leader(returns(3)) > 1.5` and `returns(3) < leader(returns(3))`, short mirrored; hold
    5 bars. The lead coin has never moved less than itself: on it nothing happens.
    """

    move_bars: int = 3
    """Bars over which moves are taken."""
    move_percent: float = 1.5
    """The cause begins when the lead coin has moved by more than this, either way."""
    hold_bars: int = 5
    """Bars for which the price of the others then drifts the same way."""
    strength: float = 0.167
    """Drift of the price, in units of the coin's volatility, each bar while the cause holds."""


Cause = CauseParameters | SessionParameters | SqueezeParameters | LeadLagParameters
"""What a trader can know of a planted world."""
