"""What alarms say, with what they do not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def alarm_lines(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one line for each alarm of a pack; one that was not registered has none, nor has a pack from before."""
    alarms = document.get("alarms")
    if alarms is None:
        return ()
    lines = (*_deflation(alarms, document["n_trials"]), *_overfitting(alarms), *_stepwise(alarms))
    return tuple(f"Alarm, not a gate: {line}" for line in lines)


def _deflation(alarms: Mapping[str, Any], n_trials: int) -> list[str]:
    lines = []
    if alarms["deflated_sharpe"] is not None:
        lines.append(
            f"deflated Sharpe ratio in sample {alarms['deflated_sharpe']:.2f}, the chance that the true annual one is "
            f"above {alarms['lucky_sharpe']:.2f}, which the best of {n_trials:,} worthless trials is expected to show. "
            "Below 0.95 luck may explain it; above, drift of the market or an edge that has ended still may."
        )
    if alarms["deflated_sharpe_observed"] is not None:
        lines.append(
            f"deflated by the spread of the run's own trials, as first printed, it is "
            f"{alarms['deflated_sharpe_observed']:.2f}. That spread takes ruin by costs, and the heirs of a true edge, "
            "for luck: a low value alone means nothing."
        )
    return lines


def _overfitting(alarms: Mapping[str, Any]) -> list[str]:
    if alarms["overfitting"] is None:
        return []
    lines = [
        f"probability of backtest overfitting {alarms['overfitting']:.2f} among {alarms['n_judged']} strategies of its "
        "run: so often was the best of one half of the in-sample days no better than the median in the other. It "
        "speaks of choosing among these, not of one of them: noise gives anything from 0.26 to 0.81, and strategies "
        "that are all equally good give one half as well.",
        f"that best one lost in the other half in {100 * alarms['loss_after_choice']:.0f} % of the splits. All were "
        "chosen on both halves, so that few losses prove nothing; many say that the best does not last.",
    ]
    if alarms["slope_after_choice"] is not None:
        lines.append(
            f"a Sharpe ratio higher by 1 in one half came with {alarms['slope_after_choice']:+.2f} in the other. Below "
            "0 is usual, since all were chosen on the sum of both; 1 would be an advantage that lasts in full."
        )
    return lines


def _stepwise(alarms: Mapping[str, Any]) -> list[str]:
    if alarms["survives_stepwise"] is None:
        return []
    verb = "is" if alarms["survives_stepwise"] else "is not"
    return [
        f"in sample it {verb} better than zero at 5 % among the {alarms['n_judged']} strategies of its run that were "
        "judged (StepM). These are the best of all trials, and the others are not asked: on a market without any edge "
        "most are better as well, so that only a no says something."
    ]
