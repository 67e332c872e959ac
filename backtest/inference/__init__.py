"""Inference from returns: what chance alone would have given, and what is left when that is taken away.

Sharpe ratios are per observation (mean / standard deviation), never annualised; kurtosis is raw (normal = 3). Every
function is pure. Heavy libraries are imported when a function that needs one is called, each by one file.
"""

from __future__ import annotations

from backtest.inference.bootstrap import automatic_block_length, stationary_bootstrap
from backtest.inference.daily_alpha import DailyAlpha, daily_alpha
from backtest.inference.deflation import deflated_sharpe
from backtest.inference.expected_maximum import expected_max_sharpe
from backtest.inference.multiple_tests import holm, sidak
from backtest.inference.overfitting import CscvResult, cscv
from backtest.inference.permutation import exchangeable_share, permutation_p_value, permute_bars
from backtest.inference.proportions import clopper_pearson_lower, clopper_pearson_upper, equal_shares
from backtest.inference.sharpe_difference import SharpeDifference, sharpe_difference
from backtest.inference.sharpe_error import sharpe_standard_error
from backtest.inference.sharpe_probability import probabilistic_sharpe
from backtest.inference.superiority import SpaResult, stepwise_survivors, superior_predictive_ability
from backtest.inference.time_aggregation import time_aggregation_factor
from backtest.inference.track_length import min_backtest_length, min_track_record_length

__all__ = [
    "CscvResult",
    "DailyAlpha",
    "SharpeDifference",
    "SpaResult",
    "automatic_block_length",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "cscv",
    "daily_alpha",
    "deflated_sharpe",
    "equal_shares",
    "exchangeable_share",
    "expected_max_sharpe",
    "holm",
    "min_backtest_length",
    "min_track_record_length",
    "permutation_p_value",
    "permute_bars",
    "probabilistic_sharpe",
    "sharpe_difference",
    "sharpe_standard_error",
    "sidak",
    "stationary_bootstrap",
    "stepwise_survivors",
    "superior_predictive_ability",
    "time_aggregation_factor",
]
