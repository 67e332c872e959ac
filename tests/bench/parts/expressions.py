"""Part B: a thousand typed trees, nothing but their values."""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np

from data.market import FloatArray, Universe
from evolution.genome.genome import Genome
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType
from tests.bench.equality import refusal
from tests.bench.markets import synthetic_universe
from tests.bench.our_trees import OurTrees, bools_of
from tests.bench.peers.deap_trees import DeapTrees
from tests.bench.peers.gplearn_programs import GplearnPrograms
from tests.bench.section import Column, Section, Table
from tests.bench.timing import Contestant, interleaved
from tests.bench.trees import PRICES, as_genomes, leaves, random_trees

N_TREES, N_BARS = 1_000, 20_000
OURS = "ours, cold"


def measure_expressions(*, quick: bool) -> Section:
    """Evaluate the same trees by every interpreter."""
    universe = synthetic_universe(N_BARS, 1, 5)
    trees = random_trees(N_TREES // 5 if quick else N_TREES, 3)
    genomes, series = as_genomes(trees), _series(trees, universe)
    deap, gplearn = DeapTrees(trees, series), GplearnPrograms(trees, series)
    contestants = {
        OURS: Contestant(OurTrees.evaluate, prepare=lambda: OurTrees(genomes, universe)),
        "ours, leaves ready": Contestant(
            OurTrees.evaluate, prepare=lambda: OurTrees(genomes, universe).with_leaves(list(series))
        ),
        "ours, comparisons ready": Contestant(
            OurTrees.evaluate, prepare=lambda: OurTrees(genomes, universe).with_comparisons()
        ),
        "DEAP, compile and call": Contestant(deap.evaluate),
        "DEAP, compiled before": Contestant(deap.call, prepare=deap.compiled),
        "gplearn, execute": Contestant(gplearn.evaluate),
    }
    refused = _refused(contestants, genomes)
    kept = {name: item for name, item in contestants.items() if name not in refused}
    timed = dict(zip(kept, interleaved(list(kept.values())), strict=True))
    n_inner = sum(not node.is_constant for tree in trees for node in tree.walk())
    rows = tuple(
        (
            name,
            spent.median * 1e3,
            spent.median * 1e6 / len(trees),
            len(trees) / spent.median,
            n_inner * N_BARS / spent.median / 1e9,
        )
        for name, spent in timed.items()
    )
    columns = (
        Column("interpreter"),
        Column("ms", "{:,.1f}"),
        Column("us a tree", "{:,.1f}"),
        Column("trees a second", "{:,.0f}"),
        Column("10^9 node-bars a second", "{:.2f}"),
    )
    title = f"{len(trees):,} trees of {statistics.mean(tree.size for tree in trees):.0f} nodes, {N_BARS:,} bars"
    return Section(
        "B. Expressions only",
        notes=_notes(len(series)),
        tables=(Table(title, columns, rows),),
        refused=tuple(refused.values()),
    )


def _series(trees: list[Node], universe: Universe) -> dict[Node, FloatArray]:
    """Compute every leaf, the five prices first."""
    nodes = dict.fromkeys([*(Node(name) for name in PRICES), *leaves(trees)])
    return {node: _value(node, universe) for node in nodes}


def _value(node: Node, universe: Universe) -> FloatArray:
    """Compute a series by its opcodes, without any store."""
    arguments = [
        int(child.value) if child.type is ValueType.WINDOW else _value(child, universe) for child in node.children
    ]
    found: FloatArray = CATALOGUE[node.opcode].compute(universe.markets[0], *arguments)
    return found


def _refused(contestants: dict[str, Contestant], genomes: list[Genome]) -> dict[str, str]:
    """Return why an interpreter is refused, for those that are: each tree is compared past its genome's warm-up."""
    ours: list[Any] = []
    found = {}
    for name, item in contestants.items():
        answers = item.call(item.prepare()) if item.prepare else item.call()
        if name.startswith("ours"):
            answers = bools_of(answers, N_BARS)
        if name == OURS:
            ours = answers
        for i, (left, right) in enumerate(zip(ours, answers, strict=True)):
            past = genomes[i // 4].warm_up_bars
            text = refusal(f"B, {name}, tree {i}", left[past:], np.asarray(right)[past:])
            if text:
                found[name] = text
                break
    return found


def _notes(n_series: int) -> tuple[str, ...]:
    return (
        "Random trees of our grammar with percent gaps, comparisons, crossings and logic over leaves. A leaf is a "
        f"price or a windowed series; there are {n_series:,} of them. Other interpreters are given all of them ready "
        "made. Ours is timed cold, where it computes them as well; with the leaves ready, where it does what the "
        "others do; and with the comparisons ready, as a search finds those that parents had. Ours knows a third "
        "value, unknown, and keeps both the true and the false; the others are two-valued numpy.",
        "DEAP compiles each tree and calls it once, as in a search. gplearn is `_Program.execute` with the same numpy "
        "functions. Levels are equal on every bar past the warm-up, or the row is refused.",
    )
