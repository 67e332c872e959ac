"""A measurement against a threshold."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.gauntlet.verdict import StageResult, Verdict, measure


def verdict_of(measured: float, comparison: str, threshold: float) -> Verdict:
    return measure("a stage", "IS", measured, comparison, threshold, meaning="m").verdict


@pytest.mark.parametrize(
    ("measured", "comparison", "threshold", "passes"),
    [
        (2.1, ">", 2.0, True),
        (2.0, ">", 2.0, False),
        (1.9, ">", 2.0, False),
        (30.0, ">=", 30.0, True),
        (29.0, ">=", 30.0, False),
        (9.9, "<", 10.0, True),
        (10.0, "<", 10.0, False),
        (10.1, "<", 10.0, False),
    ],
)
def test_a_comparison_says_what_it_says(measured: float, comparison: str, threshold: float, passes: bool) -> None:
    assert verdict_of(measured, comparison, threshold) is (Verdict.PASS if passes else Verdict.KILL)


@given(
    st.sampled_from([math.nan, math.inf, -math.inf]),
    st.sampled_from([">", ">=", "<"]),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_what_does_not_exist_never_passes_and_is_shown_as_none(
    measured: float, comparison: str, threshold: float
) -> None:
    result = measure("a stage", "OOS", measured, comparison, threshold, meaning="m")
    assert result.verdict is Verdict.KILL
    assert result.measured is None


def test_an_unknown_comparison_is_refused() -> None:
    with pytest.raises(KeyError, match="<="):
        measure("a stage", "IS", 1.0, "<=", 2.0, meaning="m")


def test_a_result_is_plain_json_with_everything_in_it() -> None:
    result = measure("drawdown", "WF", 7.25, "<", 10.0, unit="%", meaning="the largest fall")
    assert result == StageResult("drawdown", "WF", 7.25, "<", 10.0, "%", Verdict.PASS, "the largest fall")
    assert json.loads(json.dumps(result.to_plain())) == {
        "stage": "drawdown",
        "slice_name": "WF",
        "measured": 7.25,
        "comparison": "<",
        "threshold": 10.0,
        "unit": "%",
        "verdict": "Pass",
        "meaning": "the largest fall",
    }


@pytest.mark.parametrize(
    ("measured", "comparison", "threshold", "unit", "texts"),
    [
        (1403.0, ">=", 100.0, "", ("1,403", ">= 100")),
        (2.314, ">", 2.0, "", ("2.31", "> 2")),
        (7.2, "<", 10.0, "%", ("7.20%", "< 10%")),
        (130_294_056.0, ">=", 50_000.0, " USDC", ("130,294,056 USDC", ">= 50,000 USDC")),
        (0.0, "<", 1.0, "", ("0", "< 1")),
        (3.12e-8, "<", 0.05, "", ("3.1e-08", "< 0.05")),
        (-0.004, ">", 0.0, "", ("-0.004", "> 0")),
        (0.0123, "<", 0.05, "", ("0.01", "< 0.05")),
        (math.nan, ">", 2.0, "", ("not measurable", "> 2")),
    ],
)
def test_numbers_are_shown_as_people_read_them(
    measured: float, comparison: str, threshold: float, unit: str, texts: tuple[str, str]
) -> None:
    result = measure("a stage", "IS", measured, comparison, threshold, unit=unit, meaning="m")
    assert (result.measured_text, result.threshold_text) == texts
