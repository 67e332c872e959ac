"""The campaign over the simulators: a small one, one stopped in the middle, and what it says of a disagreement."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from backtest.prepared import prepare
from backtest.trace import trace
from tests.backtest.random_cases import Case
from tests.torture.simulators import (
    Portion,
    against_reference,
    against_vectorbt,
    draw,
    failure_of,
    finish,
    portions,
    record,
    start,
)


def written(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "simulators.json").read_text(encoding="utf-8")) | {"seconds": 0}


def test_a_campaign_stopped_in_the_middle_ends_as_the_whole_one(tmp_path: Path) -> None:
    campaign = start(5, 50, tmp_path / "stopped")
    for portion in islice(portions(5, range(50), 1, size=20), 2):
        record(campaign, portion)
    assert (written(tmp_path / "stopped")["done"], written(tmp_path / "stopped")["finished"]) == (40, False)
    resumed = start(5, 50, tmp_path / "stopped")
    for portion in portions(5, range(resumed.done, 50), 1, size=20):
        record(resumed, portion)
    whole = start(5, 50, tmp_path / "whole")
    for portion in portions(5, range(50), 1):
        record(whole, portion)
    assert finish(resumed) == finish(whole) == 0
    end = written(tmp_path / "stopped")
    assert end == written(tmp_path / "whole")
    assert (end["done"], end["passed"], end["outcomes"]["case by vectorbt too"]) == (50, True, 3)
    assert end["outcomes"]["round trip"] > 50


def test_a_campaign_of_another_seed_begins_anew(tmp_path: Path) -> None:
    record(start(5, 50, tmp_path), Portion(20, 1, 9, ()))
    assert start(6, 50, tmp_path).done == 0
    assert start(5, 50, tmp_path).done == 20


def test_a_case_depends_on_seed_and_number_alone() -> None:
    first, again, other = draw(5, 7), draw(5, 7), draw(5, 8)
    assert first.market.close.tobytes() == again.market.close.tobytes()
    assert (first.risk, first.costs, first.options) == (again.risk, again.costs, again.options)
    assert first.market.close.tobytes() != other.market.close.tobytes()


def test_a_disagreement_fails_and_the_smallest_is_printed_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number, case = next((number, case) for number in range(20) if n_trades(case := draw(5, number)) > 3)
    dearer = replace(case.costs, slippage_bps=case.costs.slippage_bps + 1.0)
    words = against_reference(case, trace(prepare(case.market, dearer), case.signals, case.risk, **case.options))
    assert words is not None
    assert words.startswith("bar ")
    assert against_vectorbt(case) is None
    failures = ("999 bars, --seed 5 --case 3: bar 7, mark", failure_of(5, number, case, words))
    campaign = start(5, 20, tmp_path)
    record(campaign, Portion(20, 1, 9, failures))
    assert finish(campaign) == 1
    assert capsys.readouterr().out.splitlines()[-1] == f"the smallest: {failures[1]}"
    assert not written(tmp_path)["passed"]


def n_trades(case: Case) -> int:
    return len(trace(prepare(case.market, case.costs), case.signals, case.risk, **case.options).trades)
