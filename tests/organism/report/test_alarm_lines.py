"""The words of alarms, with what they do not say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from organism.gauntlet.alarms import Alarms
from organism.views.alarms import alarm_lines

ALARMS = Alarms(
    deflated_sharpe=0.642,
    deflated_sharpe_observed=0.001,
    lucky_sharpe=2.19,
    overfitting=0.81,
    loss_after_choice=0.125,
    slope_after_choice=-0.68,
    survives_stepwise=True,
    n_judged=40,
)


def lines(**changes: Any) -> tuple[str, ...]:
    return alarm_lines({"alarms": asdict(ALARMS) | changes, "n_trials": 7_500})


def test_one_that_was_not_registered_has_nothing_to_say() -> None:
    assert alarm_lines({"alarms": None, "n_trials": 7_500}) == ()


def test_every_number_is_shown_with_what_it_does_not_mean() -> None:
    deflated, observed, overfitting, loss, slope, stepwise = lines()
    assert (
        "0.64, the chance that the true annual one is above 2.19, which the best of 7,500 worthless trials" in deflated
    )
    assert "first printed, it is 0.00" in observed
    assert "a low value alone means nothing" in observed
    assert "0.81 among 40 strategies" in overfitting
    assert "noise gives anything from 0.26 to 0.81" in overfitting
    assert "all equally good give one half as well" in overfitting
    assert "lost in the other half in 12 % of the splits" in loss
    assert "few losses prove nothing" in loss
    assert "came with -0.68 in the other" in slope
    assert "it is better than zero at 5 % among the 40" in stepwise
    assert "only a no says something" in stepwise


def test_what_was_not_computed_is_not_mentioned() -> None:
    assert len(lines(overfitting=None, loss_after_choice=None, slope_after_choice=None)) == 3
    assert len(lines(slope_after_choice=None)) == 5
    assert len(lines(deflated_sharpe_observed=None)) == 5
    assert len(lines(survives_stepwise=None)) == 5
    assert "it is not better than zero" in lines(survives_stepwise=False)[-1]
    none = dict.fromkeys(asdict(ALARMS))
    assert lines(**none) == ()
