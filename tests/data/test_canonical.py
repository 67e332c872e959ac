"""One byte form for one value."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.canonical import canonical_json

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=PLAIN)
def test_text_is_read_back_as_the_value_and_written_alike(value: object) -> None:
    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, b"0.0"),
        ([-0.0, -0.01, "-0.0"], b'[0.0,-0.01,"-0.0"]'),
        ({"b": (-0.0,), "a": 0.0}, b'{"a":0.0,"b":[0.0]}'),
        ({"é": 1e300}, b'{"\\u00e9":1e+300}'),
    ],
)
def test_equal_numbers_have_equal_bytes(value: object, text: bytes) -> None:
    assert canonical_json(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, [-0.0, -math.inf]])
def test_what_has_no_json_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(value)
