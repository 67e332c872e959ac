"""The only import of statsmodels: regression with robust errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.market import FloatArray


@dataclass(frozen=True, slots=True)
class RobustRegression:
    """Least squares with an intercept; the intercept's error allows for heteroscedasticity and autocorrelation."""

    intercept: float
    standard_error: float
    degrees_of_freedom: int
    slopes: tuple[float, ...]


def robust_regression(y: FloatArray, x: FloatArray, lags: int) -> RobustRegression:
    """Regress y of shape (n,) on a constant and x of shape (n, n_columns); Newey-West errors with n / (n - k)."""
    from statsmodels.regression.linear_model import OLS

    design = np.column_stack([np.ones(y.size), x])
    fit = OLS(y, design).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    return RobustRegression(float(fit.params[0]), float(fit.bse[0]), int(fit.df_resid), tuple(fit.params[1:].tolist()))
