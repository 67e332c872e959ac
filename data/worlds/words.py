"""What is planted in a world, in words; `{strength}` stands for the drift's strength."""

from __future__ import annotations

from data.worlds.parameters import Cause, CauseParameters, LeadLagParameters, SessionParameters, SqueezeParameters


def described(cause: Cause) -> str:
    """Return a sentence on the world of a cause."""
    match cause:
        case CauseParameters():
            return f"Planted world: {crowd_words(cause)}."
        case SessionParameters():
            return (
                f"World with a planted session: when the price has moved by more than {cause.move_percent:g} % in the "
                f"{cause.night_bars} hours before {cause.begin_hour}:00 UTC, it drifts back by {{strength:g}} of the "
                f"coin's hourly volatility each bar until {cause.end_hour}:00."
            )
        case SqueezeParameters():
            return (
                f"World with a planted squeeze: when the close is more than {cause.leaves:g} standard deviations from "
                f"its mean of {cause.window} h while its Bollinger bands are less than {cause.tight:g} times as wide "
                "as its Keltner channel, the price drifts the same way by {strength:g} of the coin's hourly "
                f"volatility each bar for {cause.hold_bars} h."
            )
        case LeadLagParameters():
            return (
                f"World with a planted lead: when the coin of which most is traded has moved by more than "
                f"{cause.move_percent:g} % in {cause.move_bars} h, the coins that have moved less follow it by "
                f"{{strength:g}} of their hourly volatility each bar for {cause.hold_bars} h."
            )


def crowd_words(cause: CauseParameters) -> str:
    """Return what extreme funding does."""
    return (
        f"from the bar after the z-score over {cause.window} h of the {cause.sum_bars}-hour funding passes "
        f"{cause.enter:g} either way, and until it is back within {cause.leave:g}, the price drifts against the "
        "crowded side by {strength:g} of the coin's hourly volatility each bar"
    )
