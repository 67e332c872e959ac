"""Who answers otherwise is refused and nobody else is; what the parts are made of. Nothing is timed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.bench.markets import LAST_BARS, drawn_levels, synthetic_market
from tests.bench.memory import peak_pss_bytes
from tests.bench.parts.simulations_cases import (
    DIRECT,
    FULL,
    NUMBA,
    RUST,
    SIDES,
    TIGHT,
    Calls,
    Case,
    full_calls,
    refused_of,
    tasks_of,
)
from tests.bench.peers.direct import DirectEngine
from tests.bench.peers.portfolio import portfolio_four
from tests.bench.peers.task import four_of, late
from tests.bench.trees import INNER, PRICES, is_leaf, leaves, random_trees

CASE = Case(3_000, 0.01, 10, TIGHT)


def test_who_answers_otherwise_is_refused_and_nobody_else() -> None:
    funded, tasks = synthetic_market(CASE.n_bars, 5), tasks_of(CASE)
    ours = [task.ours() for task in tasks]
    assert ours[0].n_trades > 10
    calls: Calls = {
        FULL: full_calls(funded, tasks, TIGHT),
        DIRECT: [DirectEngine(tasks[0].request).four],
        RUST: [lambda: portfolio_four(tasks[0].request, "rust")],
        NUMBA: [lambda: (ours[0].net_return, ours[0].sharpe + 1e-6, ours[0].max_drawdown, ours[0].n_trades)],
    }
    refused = refused_of(CASE, calls, ours, funded, tasks)
    assert set(refused) == {NUMBA}
    assert "results differ by" in refused[NUMBA]


def test_a_kernel_that_parts_from_the_reference_is_refused() -> None:
    funded, tasks = synthetic_market(CASE.n_bars, 5), tasks_of(CASE)
    ours = [task.ours() for task in tasks]
    calls: Calls = {name: [lambda: four_of(ours[0])] for name in (DIRECT, RUST, NUMBA)}
    assert set(refused_of(CASE, {**calls, FULL: [tasks[0].ours]}, ours, funded, tasks)) == {FULL}


def test_everything_on_is_another_simulation_than_the_common_subset() -> None:
    tasks = tasks_of(CASE)
    full = full_calls(synthetic_market(CASE.n_bars, 5), tasks, TIGHT)[0]()
    assert full.net_return != tasks[0].ours().net_return


@pytest.mark.parametrize("density", [0.001, 0.05])
def test_levels_have_the_density_asked_for_and_no_bar_has_two(density: float) -> None:
    n_bars = 100_000
    levels = np.array(drawn_levels(n_bars, density, 10, SIDES, 1).to_bools())
    assert levels[::2].sum() == pytest.approx(density * n_bars, rel=0.2)
    assert levels[:, :-LAST_BARS].sum(axis=0).max() == 1
    assert levels[:, -LAST_BARS].tolist() == [False, True, False, True]


def test_levels_fill_one_bar_later_and_two_entries_at_once_are_none() -> None:
    levels = np.zeros((4, 4), dtype=np.bool_)
    levels[0, 0] = levels[0, 1] = levels[2, 1] = levels[3, 2] = True
    assert late(levels).astype(int).tolist() == [[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]


def test_trees_are_distinct_and_stand_on_plain_leaves() -> None:
    trees = random_trees(40, 1)
    assert len(set(trees)) == 40
    assert {node.opcode for tree in trees for node in tree.walk() if not node.is_constant} > {"gap", "sma", "and"}
    found = leaves(trees)
    assert all(is_leaf(leaf) and not leaf.opcode.startswith(INNER) for leaf in found)
    assert {child.opcode for leaf in found for child in leaf.children} <= {*PRICES, "window"}


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs a kernel with /proc/self/smaps_rollup")
def test_memory_of_children_counts() -> None:
    child = "x = bytearray(b'1' * (64 << 20)); import time; time.sleep(0.5)"
    parent = f"import subprocess, sys; print(subprocess.call([sys.executable, '-c', {child!r}]))"
    held, printed = peak_pss_bytes([sys.executable, "-c", parent])
    assert printed == "0\n"
    assert len(held) == 2
    assert held[1] > 64 << 20


def test_a_command_that_fails_has_no_memory() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        peak_pss_bytes([sys.executable, "-c", "raise SystemExit(3)"])
