"""Names and texts from strangers: stored as they are and harmless, or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ConfigError
from organism.registry.checks import inert_line, inert_text, utc_text
from organism.registry.rows import NewStrategy
from organism.registry.states import LifecycleState as S
from organism.registry.store import Registry

HOSTILE = [
    "'; DROP TABLE strategies; --",
    "../../etc/passwd",
    "a/b",
    ".hidden",
    "a\0b",
    "a\nb",
    "\x1b[31mred",
    "<script>alert(1)</script>",
    "[bold]x[/bold]",
    "=1+1",
    "\u202eevil",
    "\udc80",
    "\uff4e\uff53\uff47\uff41",
    "",
    "x" * 129,
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("field", ["algorithm_type", "run_id", "snapshot_id", "operator"])
def test_a_hostile_name_is_refused_and_shown_harmlessly(
    make: Callable[..., NewStrategy], field: str, name: str
) -> None:
    with pytest.raises(ConfigError, match="allowed") as caught:
        make(**{field: name})
    assert str(caught.value).isprintable()
    assert str(caught.value).isascii()


@pytest.mark.parametrize("name", ["NSGA2", "nsga_2", "2nsga", "a" * 33])
def test_an_algorithm_is_one_lower_case_word(make: Callable[..., NewStrategy], name: str) -> None:
    with pytest.raises(ConfigError, match="algorithm type"):
        make(algorithm_type=name)


@pytest.mark.parametrize("field", ["genotype_hash", "behaviour_hash"])
@pytest.mark.parametrize("value", ["", "a" * 63, "A" * 64, "a" * 63 + "\n", "a" * 64 + "\n", "../" * 21 + "a"])
def test_a_hash_is_a_sha256(make: Callable[..., NewStrategy], field: str, value: str) -> None:
    with pytest.raises(ValueError, match="allowed is a sha256"):
        make(**{field: value})


@pytest.mark.parametrize("generation", [-1, 1.0, True, "1"])
def test_a_generation_is_a_whole_number(make: Callable[..., NewStrategy], generation: object) -> None:
    with pytest.raises(ValueError, match="allowed is a whole number from 0"):
        make(generation=generation)


def test_infinite_metrics_are_refused(registry: Registry, make: Callable[..., NewStrategy], now: datetime) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        registry.add(make(in_sample={"sharpe": float("inf")}), now)
    assert registry.find() == []


def test_markup_and_quotes_in_texts_are_only_text(
    registry: Registry, make: Callable[..., NewStrategy], now: datetime
) -> None:
    text = "x'); DROP TABLE events; -- <b>[red]{0}%s"
    name = registry.add(make(rendered=text), now)
    registry.transition(name, expected=S.BORN, to=S.TESTING, reason=text, now=now)
    assert registry.get(name).rendered == text
    assert registry.events(name)[-1].reason == text


def test_control_characters_are_kept_visible_and_powerless(
    registry: Registry, make: Callable[..., NewStrategy], now: datetime
) -> None:
    name = registry.add(make(rendered="a\n\x1b[2Jb"), now)
    registry.transition(name, expected=S.BORN, to=S.TESTING, reason="a\n\x1b[2Jb\0\u202e\udc80", now=now)
    assert registry.get(name).rendered == "a\n\\x1b[2Jb"
    assert registry.events(name)[-1].reason == "a\\n\\x1b[2Jb\\x00\\u202e\\udc80"


def test_a_long_reason_is_cut_and_says_so() -> None:
    assert inert_line("x" * 2_001) == "x" * 2_000 + "... (2001 characters)"


@given(st.text(st.characters()))
def test_any_text_becomes_printable(text: str) -> None:
    assert inert_line(text).isprintable()
    assert inert_text(text).replace("\n", "").isprintable()
    if text.isprintable():
        assert inert_line(text) == text


@given(one=st.datetimes(), other=st.datetimes())
def test_the_order_of_written_times_is_the_order_of_time(one: datetime, other: datetime) -> None:
    one, other = one.replace(tzinfo=UTC), other.replace(tzinfo=UTC)
    assert (utc_text(one) < utc_text(other)) == (one < other)
    assert datetime.fromisoformat(utc_text(one)) == one
