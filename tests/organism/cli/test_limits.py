"""Limits of one session of a run."""

from __future__ import annotations

import time

import pytest

from organism.cli.limits import Limits


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(), []),
        (Limits(hours=1.0), []),
        (Limits(hours=0.0), ["the limit of 0 hours is reached"]),
        (Limits(hours=0.5, _begun=time.monotonic() - 1801.0), ["the limit of 0.5 hours is reached"]),
        (Limits(megabytes=10**6), []),
    ],
)
def test_a_limit_is_reached_and_says_so(limits, words):
    said: list[str] = []
    assert limits.is_reached(said.append) == bool(words)
    assert said == words


def test_memory_that_is_held_counts():
    said: list[str] = []
    assert Limits(megabytes=1).is_reached(said.append)
    assert said[0].startswith("the limit of 1 MiB is reached: this process holds ")
