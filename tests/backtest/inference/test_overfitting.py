"""Choosing on one half and looking at the other: by hand, by brute force, and on noise."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backtest.inference import CscvResult, cscv

MATRICES = st.tuples(st.sampled_from([4, 6]), st.integers(1, 3), st.integers(2, 4)).flatmap(
    lambda size: st.tuples(
        st.just(size[0]),
        arrays(np.float64, (size[0] * (size[1] + 1), size[2]), elements=st.integers(-9, 9).map(float)),
    )
)


def test_two_candidates_and_two_halves_by_hand():
    """Means 2 and -1 against 0 and 1: each half chooses the one that is last in the other."""
    found = cscv([[3, -1], [1, 1], [-2, 0], [0, 2]], 2, "mean")
    assert found.logits.tolist() == [math.log(1 / 2)] * 2
    assert (found.pbo, found.prob_oos_loss) == (1.0, 0.5)
    assert found.slope == pytest.approx(-1.0)


def test_the_sharpe_ratios_of_two_halves_by_hand():
    """(1, 3) and (0, 2) have 2 / sqrt(2) and 1 / sqrt(2); (0, 1) and (2, 3) have 0.5 and 2.5 times sqrt(2).

    Both halves choose 1 / sqrt(2) in the other, so the slope is 0.
    """
    found = cscv([[1, 0], [3, 1], [0, 2], [2, 3]], 2)
    assert found.logits.tolist() == [math.log(1 / 2)] * 2
    assert (found.pbo, found.prob_oos_loss) == (1.0, 0.0)
    assert found.slope == pytest.approx(0.0, abs=1e-12)


def test_three_candidates_and_six_splits_by_hand():
    """Sums over rows 12, 13, 14, 23, 24, 34:

    a: 5, 3, 4, 4, 5, 3; b: 3.75, 2.75, 4.25, -1, 0.5, -0.5; c: 0, 2.5, -0.75, 4.5, 1.25, 3.75. Chosen are a, a, b, c,
    a, c; in the other half they are second, first, last, last, first, last. Chosen at 5, 3, 4.25, 4.5, 5, 3.75, they
    make 3, 5, -1, -0.75, 3, 0: slope -1.9375 / 3.
    """
    found = cscv([[2, 3.75, -1], [3, 0, 1], [1, -1, 3.5], [2, 0.5, 0.25]], 4, "mean")
    third = math.log(3)
    assert found.logits == pytest.approx([0.0, third, -third, -third, third, -third])
    assert found.pbo == pytest.approx(4 / 6)
    assert found.prob_oos_loss == pytest.approx(2 / 6)
    assert found.slope == pytest.approx(-1.9375 / 3)


def brute_force(matrix, n_blocks, metric):
    """Do as the paper says, split by split: join the blocks, measure, choose, rank."""
    rows = len(matrix) // n_blocks
    kept = matrix[len(matrix) - rows * n_blocks :]
    logits, chosen, outside = [], [], []
    for half in combinations(range(n_blocks), n_blocks // 2):
        other = [block for block in range(n_blocks) if block not in half]
        inside_of, outside_of = (
            [measure(np.concatenate([kept[rows * b : rows * (b + 1), k] for b in blocks]), metric) for k in columns]
            for blocks in (half, other)
            for columns in [range(matrix.shape[1])]
        )
        best = int(np.argmax(inside_of))
        below = sum(value < outside_of[best] - 1e-12 for value in outside_of)
        equal = sum(abs(value - outside_of[best]) <= 1e-12 for value in outside_of)
        w = (below + (equal + 1) / 2) / (matrix.shape[1] + 1)
        logits.append(math.log(w / (1 - w)))
        chosen.append(inside_of[best])
        outside.append(outside_of[best])
    return logits, chosen, outside


def measure(returns, metric):
    if metric == "mean":
        return returns.mean()
    return returns.mean() / returns.std(ddof=1) if returns.std() > 0 else 0.0


@given(MATRICES, st.sampled_from(["sharpe", "mean"]))
@settings(max_examples=40)
def test_the_matrix_way_is_brute_force(drawn, metric):
    n_blocks, matrix = drawn
    noise = np.random.default_rng(5).uniform(0.001, 0.002, matrix.shape)  # no ties, which rounding would decide
    matrix = matrix + noise
    found = cscv(matrix, n_blocks, metric)
    logits, chosen, outside = brute_force(matrix, n_blocks, metric)
    assert found.logits == pytest.approx(logits, abs=1e-12)
    assert found.pbo == np.mean(np.array(logits) <= 0)
    assert found.prob_oos_loss == np.mean(np.array(outside) < 0)
    if np.std(chosen) > 1e-6:
        assert found.slope == pytest.approx(np.polyfit(chosen, outside, 1)[0], rel=1e-6, abs=1e-9)


def same(one: CscvResult, other: CscvResult) -> bool:
    return (
        one.pbo == other.pbo
        and one.prob_oos_loss == other.prob_oos_loss
        and bool(np.allclose(one.logits, other.logits, atol=1e-12))
        and math.isclose(one.slope, other.slope, rel_tol=1e-6, abs_tol=1e-9)
    )


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_names_units_and_the_order_inside_a_block_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((24, 5)) * 0.01
    found = cscv(matrix, 6)
    assert same(found, cscv(matrix[:, rng.permutation(5)], 6))
    assert same(found, cscv(matrix * rng.uniform(0.1, 10, 5), 6))
    inside = matrix.reshape(6, 4, 5)[:, rng.permutation(4)]
    assert same(found, cscv(inside.reshape(24, 5), 6))
    # Blocks in another order are the same halves, in another order.
    moved = cscv(inside[rng.permutation(6)].reshape(24, 5), 6)
    assert sorted(moved.logits) == pytest.approx(sorted(found.logits), abs=1e-12)


def test_the_oldest_rows_that_fill_no_block_are_left_out():
    matrix = np.random.default_rng(2).standard_normal((24, 3))
    late = np.concatenate([[[9.0, -9.0, 5.0]] * 3, matrix])
    assert same(cscv(late, 4), cscv(matrix, 4))


def test_a_candidate_without_a_trade_in_a_half_has_nothing_there():
    """Rows 3 and 4 of the second are flat: 0 there, above the losing first and below nobody."""
    found = cscv([[1, 2], [3, 3], [-1, 0], [-3, 0]], 2)
    # Both halves choose the second: 2.5 / sqrt(0.5) against sqrt(2), then 0 against a loss; it is first both times.
    assert found.logits.tolist() == [math.log(2)] * 2
    assert found.prob_oos_loss == 0.0


def test_equal_ranks_are_averaged():
    """A copy shares the place with its original: of three, the two best are at 2.5, w = 0.625."""
    rng = np.random.default_rng(8)
    good = rng.standard_normal(40) + 3.0
    for unit in (1.0, 0.7, 1e-3):
        found = cscv(np.column_stack([good, unit * good, rng.standard_normal(40)]), 4)
        assert found.logits == pytest.approx([math.log(0.625 / 0.375)] * 6)


def test_choosing_helps_where_one_is_better():
    rng = np.random.default_rng(4)
    found = cscv(rng.standard_normal((400, 20)) + np.eye(20)[0] * 0.5, 8)
    assert found.pbo == 0.0
    assert found.prob_oos_loss == 0.0


def test_on_noise_choosing_does_not_help_and_a_single_value_says_little():
    """Mean 0.51 and standard deviation 0.17 in many worlds of 800 days x 50 candidates, 10 blocks."""
    rng = np.random.default_rng(6)
    found = [cscv(rng.standard_normal((800, 50)), 10).pbo for _ in range(40)]
    assert 0.43 < np.mean(found) < 0.60
    assert 0.12 < np.std(found) < 0.23


def test_candidates_that_are_all_equally_good_look_overfitted():
    """Which is why a single PBO kills nobody."""
    rng = np.random.default_rng(7)
    found = [cscv(rng.standard_normal((800, 50)) + 0.2, 10).pbo for _ in range(80)]
    assert 0.43 < np.mean(found) < 0.60


@given(st.integers(0, 1000))
@settings(max_examples=10)
def test_the_number_of_splits_is_that_of_the_halves(seed):
    matrix = np.random.default_rng(seed).standard_normal((16, 2))
    assume(matrix.std() > 0)
    assert [cscv(matrix, s).logits.size for s in (2, 4, 6, 8)] == [2, 6, 20, 70]


SLOPES = """
import numpy as np
from backtest.inference import cscv

rng = np.random.default_rng(1)
print([cscv(rng.normal(0.001, 0.01, (1095, n)), 16).slope.hex() for n in (6, 7, 13, 40)])
"""


def test_the_number_of_threads_changes_no_bit():
    """Numbers that go into evidence must be the same for whoever computes them."""
    said = [
        subprocess.run(
            [sys.executable, "-c", SLOPES],
            env=os.environ | {"OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert said[0].count("0x") == 4
    assert said[0] == said[1]
