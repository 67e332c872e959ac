"""What kind of time a bar lies in, known at its close: how wild, which way, and whether that has changed."""

from data.regimes.changes import CRITICAL_PATH, longest_path
from data.regimes.states import (
    CALM_BELOW,
    FALLING_BELOW,
    RANK_BARS,
    RISING_ABOVE,
    TREND_BARS,
    VOLATILITY_BARS,
    WILD_ABOVE,
    Trend,
    Volatility,
    returns_of,
    trend_score,
    trend_state,
    volatility_rank,
    volatility_state,
)

__all__ = [
    "CALM_BELOW",
    "CRITICAL_PATH",
    "FALLING_BELOW",
    "RANK_BARS",
    "RISING_ABOVE",
    "TREND_BARS",
    "VOLATILITY_BARS",
    "WILD_ABOVE",
    "Trend",
    "Volatility",
    "longest_path",
    "returns_of",
    "trend_score",
    "trend_state",
    "volatility_rank",
    "volatility_state",
]
