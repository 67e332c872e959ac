"""What luck alone would have shown, of as many tries on as many days."""

from __future__ import annotations

from math import nan, sqrt

import pandas as pd

from backtest.inference import expected_max_sharpe
from organism.gauntlet.alarms import DAYS_PER_YEAR, chance_variance, deflated
from organism.workbench.evolved import EvolvedRun
from organism.workbench.judged import Judged


def luck(judged: Judged, run: EvolvedRun) -> pd.Series[float]:
    """Return the Sharpe ratio of a rule in sample beside what luck would have shown, and what is left of it.

    The luckiest of as many worthless rules as the home has looked at, on as many days; and the deflated Sharpe ratio,
    the chance (0 to 1) that the true one is above that. See `organism.gauntlet.alarms`.
    """
    days = judged.judgement.examination.slice_record("IS").daily.strategy
    variance = chance_variance(days.size)
    chance = deflated(days, run.n_tried, variance)
    return pd.Series(
        {
            "this rule": judged.sharpe,
            "expected of the luckiest": expected_max_sharpe(run.n_tried, variance) * sqrt(DAYS_PER_YEAR),
            "deflated Sharpe ratio": nan if chance is None else chance,
        }
    ).round(2)
