"""Programs over packed truths say what the tree says, whatever is unknown and however many bars there are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.signals import n_words
from evolution.backends.wire import tasks_from_line, tasks_to_line
from evolution.evaluator.bank import TOKENS
from evolution.evaluator.task import Task, task_of
from evolution.genome.codec import node_from_text
from evolution.genome.genome import MAX_DEPTH
from evolution.genome.node import Node, threshold, window
from evolution.genome.program import SEPARATOR, program_of
from evolution.opcodes.programs import AND, BLOCK_WORDS, NOT, OR, run_programs
from evolution.opcodes.truth import Truth

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True, database=None)
N_ATOMS = 5
TOKEN_OF = {"and": AND, "or": OR, "not": NOT}
EXPRESSIONS = st.recursive(
    st.integers(0, N_ATOMS - 1),
    lambda inner: st.tuples(st.just("not"), inner) | st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    max_leaves=12,
)


def flat(expression) -> list[int]:
    """Return an expression in postfix form."""
    if isinstance(expression, int):
        return [expression]
    operator, *arguments = expression
    return [token for argument in arguments for token in flat(argument)] + [
        {"and": AND, "or": OR, "not": NOT}[operator]
    ]


def by_tree(expression, truths: list[Truth]) -> Truth:
    if isinstance(expression, int):
        return truths[expression]
    operator, *arguments = expression
    values = [by_tree(argument, truths) for argument in arguments]
    if operator == "not":
        return ~values[0]
    return values[0] & values[1] if operator == "and" else values[0] | values[1]


def run(expressions, truths: list[list[Truth]], warm_up_bars: list[int], n_bars: int) -> np.ndarray:
    """Run four expressions a genome on coins that each have their truths; shape (n_genomes, n_coins, 4, n_words)."""
    words, n_coins = n_words(n_bars), len(truths)
    bank = np.empty((N_ATOMS, n_coins, 2, words), dtype=np.uint64)
    for coin, own in enumerate(truths):
        for row, truth in enumerate(own):
            bank[row, coin] = truth.true, truth.false
    programs = [flat(expression) for expression in expressions]
    levels = np.full((len(warm_up_bars), n_coins, 7, words), 99, dtype=np.uint64)
    run_programs(
        bank,
        np.array([token for program in programs for token in program], dtype=np.int64),
        np.cumsum([0, *map(len, programs)], dtype=np.int64),
        np.array(warm_up_bars, dtype=np.int64),
        np.empty((MAX_DEPTH + 1, 2, BLOCK_WORDS), dtype=np.uint64),
        levels,
    )
    assert (levels[:, :, 4:] == 99).all()
    return levels[:, :, :4]


@SETTINGS
@given(
    expressions=st.lists(EXPRESSIONS, min_size=8, max_size=8),
    n_bars=st.sampled_from([1, 63, 64, 65, 4_095, 4_096, 4_097, 9_000]),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
def test_a_program_says_what_kleene_says_of_its_tree(expressions, n_bars, seed, data):
    rng = np.random.default_rng(seed)
    truths = [
        [Truth.from_bools(rng.random(n_bars) < 0.5, rng.random(n_bars) < 0.8) for _ in range(N_ATOMS)] for _ in range(2)
    ]
    warm_up_bars = [data.draw(st.integers(0, n_bars - 1)) for _ in range(2)]
    levels = run(expressions, truths, warm_up_bars, n_bars)
    for genome, early in enumerate(warm_up_bars):
        for coin, own in enumerate(truths):
            for root in range(4):
                expected, _ = by_tree(expressions[4 * genome + root], own).to_bools(n_bars)
                expected[:early] = False
                assert (
                    levels[genome, coin, root].tobytes() == Truth.from_bools(expected, expected | True).true.tobytes()
                )


def test_a_program_is_atoms_and_operators_in_postfix_order():
    up = Node("above", (Node("close"), Node("open")))
    calm = Node("below", (Node("atr", (window(24),)), threshold(1.0)))
    rule = Node("or", (Node("not", (up,)), Node("and", (up, calm))))
    items = program_of(rule).split(SEPARATOR)
    stack: list[Node] = []
    for item in items:
        if item not in TOKENS:
            stack.append(node_from_text(item))
        else:
            name = {"&": "and", "|": "or", "!": "not"}[item]
            count = 1 if name == "not" else 2
            stack[-count:] = [Node(name, tuple(stack[-count:]))]
    assert stack == [rule]
    assert sorted(items) == sorted([up.text, up.text, calm.text, "!", "&", "|"])


def test_logic_below_an_atom_belongs_to_the_atom():
    up = Node("above", (Node("close"), Node("open")))
    lasting = Node("within", (Node("not", (up,)), window(5)))
    assert program_of(lasting) == lasting.text


@settings(SETTINGS, max_examples=60)
@given(data=st.data())
def test_tasks_travel_unchanged(genomes, data):
    tasks = [task_of(genome) for genome in data.draw(st.lists(genomes, min_size=1, max_size=4))]
    line = tasks_to_line(tasks)
    assert line.count(b"\n") == 1
    assert tasks_from_line(line) == tasks
    assert all(type(task) is Task for task in tasks_from_line(line))


@settings(SETTINGS, max_examples=60)
@given(data=st.data())
def test_a_node_comes_back_from_its_text(bool_nodes, data):
    node = data.draw(bool_nodes)
    again = node_from_text(node.text)
    assert (again, again.size, again.warm_up_bars) == (node, node.size, node.warm_up_bars)


@pytest.mark.parametrize("n_coins", [1, 3])
def test_a_warm_up_of_whole_words_clears_just_them(n_coins):
    n_bars = 200
    always = Truth.from_bools(np.ones(n_bars, dtype=np.bool_), np.ones(n_bars, dtype=np.bool_))
    levels = run([0] * 4, [[always] * N_ATOMS] * n_coins, [128], n_bars)
    assert levels[0, :, :, :2].sum() == 0
    assert (levels[0, :, :, 2] == ~np.uint64(0)).all()
    assert (levels[0, :, :, 3] == np.uint64(0xFF)).all()
