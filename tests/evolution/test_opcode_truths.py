"""Comparisons and logic: True, False or unknown, bar by bar."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.market import FloatArray, Market
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.truth import Truth

NAN = float("nan")
MakeMarket = Callable[..., Market]
SERIES = hnp.arrays(np.float64, st.shared(st.integers(1, 200), key="bars"), elements=st.sampled_from([0.0, 1.0, NAN]))


def sealed(values: list[float] | FloatArray) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def text(truth: Truth, n_bars: int) -> str:
    """Return one letter a bar: T, F or ? for unknown."""
    true, known = truth.to_bools(n_bars)
    return "".join("?" if not k else "T" if t else "F" for t, k in zip(true, known, strict=True))


def truth_of(letters: str) -> Truth:
    true, known = np.array([c == "T" for c in letters]), np.array([c != "?" for c in letters])
    return Truth.from_bools(true, known)


def compare(make_market: MakeMarket, name: str, left: FloatArray | float, right: FloatArray | float, n: int) -> str:
    return text(CATALOGUE[name](make_market([1.0] * n), left, right), n)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("above", "FFT??F"), ("below", "TFF??T"), ("crosses_above", "?FT???"), ("crosses_below", "?FF???")],
)
def test_two_series(name: str, expected: str, make_market: MakeMarket) -> None:
    left = sealed([1.0, 2.0, 3.0, NAN, 5.0, 0.0])
    right = sealed([2.0, 2.0, 2.0, 2.0, NAN, 1.0])
    assert compare(make_market, name, left, right, 6) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("above", "FTF?T"), ("below", "FFT?F"), ("crosses_above", "?TF??"), ("crosses_below", "?FT??")],
)
def test_a_series_and_a_constant(name: str, expected: str, make_market: MakeMarket) -> None:
    assert compare(make_market, name, sealed([30.0, 31.0, 29.0, NAN, 70.0]), 30.0, 5) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("above", "FFT?F"), ("below", "FTF?T"), ("crosses_above", "?FT??"), ("crosses_below", "?TF??")],
)
def test_a_constant_and_a_series(name: str, expected: str, make_market: MakeMarket) -> None:
    assert compare(make_market, name, 30.0, sealed([30.0, 31.0, 29.0, NAN, 70.0]), 5) == expected


def test_two_constants(make_market: MakeMarket) -> None:
    assert compare(make_market, "above", 2.0, 1.0, 70) == "T" * 70
    assert compare(make_market, "crosses_above", 2.0, 1.0, 70) == "?" + "F" * 69


def test_a_touch_is_no_crossing_but_leaving_it_is(make_market: MakeMarket) -> None:
    assert compare(make_market, "crosses_above", sealed([1.0, 2.0, 1.0, 2.0, 3.0]), 2.0, 5) == "?FFFT"


def test_a_crossing_is_seen_from_word_to_word(make_market: MakeMarket) -> None:
    values = sealed(np.arange(200.0))
    assert compare(make_market, "crosses_above", values, 63.5, 200) == "?" + "F" * 63 + "T" + "F" * 135
    assert compare(make_market, "crosses_below", 127.5, values, 200) == "?" + "F" * 127 + "T" + "F" * 71


@given(left=SERIES, right=SERIES)
def test_comparisons_agree_with_the_plain_definition(
    left: FloatArray, right: FloatArray, make_market: MakeMarket
) -> None:
    n = left.size
    unknown = np.isnan(left) | np.isnan(right)
    above = "".join("?" if u else "T" if a > b else "F" for u, a, b in zip(unknown, left, right, strict=True))
    below = "".join("?" if u else "T" if a < b else "F" for u, a, b in zip(unknown, left, right, strict=True))
    assert compare(make_market, "above", sealed(left), sealed(right), n) == above
    assert compare(make_market, "below", sealed(left), sealed(right), n) == below
    for name, now in (("crosses_above", above), ("crosses_below", below)):
        crossed = "?" + "".join("?" if "?" in a + b else "T" if a + b == "FT" else "F" for a, b in pairwise(now))
        assert compare(make_market, name, sealed(left), sealed(right), n) == crossed


@given(letters=st.text("TF?", min_size=1, max_size=200), bars=st.sampled_from([2, 3, 48, 72, 168, 720]))
def test_delay_shows_the_truth_of_earlier_bars(letters: str, bars: int, make_market: MakeMarket) -> None:
    n = len(letters)
    late = CATALOGUE["delay"](make_market([1.0] * n), truth_of(letters), bars)
    assert text(late, n) == ("?" * bars + letters)[:n]


@pytest.mark.parametrize("bars", [64, 128])
def test_a_delay_of_whole_words_loses_no_bit(bars: int, make_market: MakeMarket) -> None:
    letters = "TF?TTF" * 40
    late = CATALOGUE["delay"](make_market([1.0] * 240), truth_of(letters), bars)
    assert text(late, 240) == ("?" * bars + letters)[:240]


def test_logic_is_kleenes(make_market: MakeMarket) -> None:
    left, right = "TTTFFF???", "TF?TF?TF?"
    market = make_market([1.0] * 9)
    assert text(CATALOGUE["and"](market, truth_of(left), truth_of(right)), 9) == "TF?FFF?F?"
    assert text(CATALOGUE["or"](market, truth_of(left), truth_of(right)), 9) == "TTTTF?T??"
    assert text(CATALOGUE["not"](market, truth_of(left)), 9) == "FFFTTT???"


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200])
def test_never_is_known_to_be_false_even_in_a_hole(n: int, make_market: MakeMarket) -> None:
    market = make_market([1.0] * n, available=[False] * n)
    never = CATALOGUE["never"](market)
    assert text(never, n) == "F" * n
    assert text(CATALOGUE["not"](market, never), n) == "T" * n
