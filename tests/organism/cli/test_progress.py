"""What a bar over a search says: how much of how much, or how much there was where there is no end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from evolution.run.generation import Generation
from evolution.run.layout import ENDLESS
from organism.cli.progress import evolution_progress


def shown(capsys: pytest.CaptureFixture[str], planned: int, *done: int) -> str:
    """Return the last state of the bar over a search that has done these generations."""
    with evolution_progress("run-1", planned) as watch:
        for number in done:
            state: Any = SimpleNamespace(generation=number)
            watch(cast(Generation, SimpleNamespace(state=state, n_scored=5, statistics={"best": 1.5})))
    return " ".join(capsys.readouterr().err.split())


def test_a_search_with_an_end_says_how_much_of_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert " 3/10 " in shown(capsys, 9, 0, 1, 2)
    # Shortening and tuning come behind what was planned.
    assert " 3/3 " in shown(capsys, 1, 0, 1, 2)


def test_a_search_without_an_end_says_how_much_there_was(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, ENDLESS, 0, 1, 2)
    assert said.startswith("run-1 3 generations ")
    assert "9000000" not in said
    assert "best in-sample Sharpe 1.50" in said
