"""Stored form of genomes: round trips, canonical form, identity."""

import copy
import json
import multiprocessing
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.result import ExitReason, Trades
from data.errors import GenomeError
from evolution.genome.codec import RISK_KEYS, decode, encode, from_json, to_json
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.hashing import behaviour_hash, genotype_hash
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
COMMUTATIVE = {opcode.name for opcode in CATALOGUE.values() if opcode.is_commutative}
NEVER = Node("never")
TREND_JSON = (
    '{"risk":{"max_hold":null,"regime_mask":null,"reverse":true,"sizing":"fixed","sizing_window":6,"stop":10,'
    '"target":null,"trailing":null},"roots":{"long_entry":["crosses_above",["close"],["sma",["close"],["window",6]]],'
    '"long_exit":["never"],"short_entry":["crosses_below",["close"],["sma",["close"],["window",6]]],'
    '"short_exit":["never"]},"schema":1}'
)


def test_the_stored_form_is_what_the_manual_says(named_genomes: dict[str, Genome]) -> None:
    assert to_json(named_genomes["trend"]) == TREND_JSON


def test_every_gene_of_risk_is_stored() -> None:
    assert tuple(field.name for field in fields(RiskGenes)) == RISK_KEYS


@given(st.data())
def test_reading_what_was_written_gives_the_same_genome(
    genomes: st.SearchStrategy[Genome], data: st.DataObject
) -> None:
    genome = data.draw(genomes)
    read = from_json(to_json(genome))
    assert read == genome
    assert hash(read) == hash(genome)
    assert decode(encode(genome)) == genome
    assert (to_json(read), genotype_hash(read)) == (to_json(genome), genotype_hash(genome))
    assert from_json(json.dumps(encode(genome), indent=2).encode()) == genome


def _exchanged(node: list[object]) -> list[object]:
    """Return a stored node with the arguments of every commutative opcode in the other order."""
    name, *arguments = node
    turned = [_exchanged(argument) if isinstance(argument, list) else argument for argument in arguments]
    return [name, *(reversed(turned) if name in COMMUTATIVE else turned)]


@given(st.data())
def test_exchanging_commutative_arguments_changes_nothing(
    genomes: st.SearchStrategy[Genome], data: st.DataObject
) -> None:
    genome = data.draw(genomes)
    document = encode(genome)
    document["roots"] = {name: _exchanged(root) for name, root in document["roots"].items()}
    assert decode(document) == genome
    assert genotype_hash(decode(document)) == genotype_hash(genome)


def test_exchanging_the_sides_of_a_comparison_is_another_genome() -> None:
    one, other = (
        Genome(Node("above", sides), NEVER, NEVER, NEVER)
        for sides in ((Node("close"), Node("open")), (Node("open"), Node("close")))
    )
    assert one != other
    assert genotype_hash(one) != genotype_hash(other)


def test_commutative_arguments_are_sorted_by_their_text() -> None:
    first, second = (Node("above", (level(k), level(50))) for k in (9, 10))
    assert Node("and", (first, second)).children == Node("and", (second, first)).children == (second, first)


@given(st.data())
def test_different_genomes_have_different_hashes(genomes: st.SearchStrategy[Genome], data: st.DataObject) -> None:
    one, other = data.draw(genomes), data.draw(genomes)
    assert (one == other) == (genotype_hash(one) == genotype_hash(other)) == (to_json(one) == to_json(other))


def test_the_window_of_fixed_sizing_is_no_difference() -> None:
    one, other = (Genome(NEVER, NEVER, NEVER, NEVER, RiskGenes(sizing_window=k)) for k in (2, 9))
    assert genotype_hash(one) == genotype_hash(other)


def test_hashes_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import sys\n"
        "from evolution.genome.codec import from_json, to_json\n"
        "from evolution.genome.hashing import genotype_hash\n"
        "genome = from_json(sys.argv[1])\n"
        "print(genotype_hash(genome), to_json(genome))\n"
    )
    text = TREND_JSON.replace('["never"]', '["or",["never"],["and",["above",["open"],["close"]],["never"]]]')
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, text],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert answers == {f"{genotype_hash(from_json(text))} {to_json(from_json(text))}\n"}


def _is_known(genome: Genome) -> bool:
    return genome in {from_json(to_json(genome))}


def test_a_genome_sent_to_a_process_with_another_hash_seed_is_still_found_in_a_set(
    named_genomes: dict[str, Genome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "77")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_is_known, (named_genomes["dip"],))


def test_a_copy_is_equal_and_has_the_same_hash(named_genomes: dict[str, Genome]) -> None:
    for genome in named_genomes.values():
        twin = copy.deepcopy(genome)
        assert (twin, hash(twin), twin.warm_up_bars) == (genome, hash(genome), genome.warm_up_bars)


def test_walk_yields_parents_first_and_every_node() -> None:
    rule = Node("above", (Node("sma", (Node("close"), window(24))), Node("open")))
    assert [node.opcode for node in rule.walk()] == ["above", "sma", "close", "window", "open"]


@given(st.data())
def test_size_depth_and_warm_up_agree_with_the_tree(genomes: st.SearchStrategy[Genome], data: st.DataObject) -> None:
    genome = data.draw(genomes)
    assert genome.size == len(list(genome.walk()))
    for node in genome.walk():
        assert node.depth == 1 + max((child.depth for child in node.children), default=0)
        assert all(node.warm_up_bars >= child.warm_up_bars for child in node.children)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Node(7), "opcode has type int"),
        (lambda: Node(["above"]), "opcode has type list"),
        (lambda: Node("not", [NEVER]), "not a tuple of nodes"),
        (lambda: Node("not", (["never"],)), "not a tuple of nodes"),
        (lambda: Node("\u0441lose"), r"opcode '\\u0441lose' is unknown; allowed are open, high"),
        (lambda: Node("window", (), True), "index True"),
        (lambda: Node("close", (), 1), "only constants have one"),
        (lambda: Node("ema", (Node("close"), window(336))), "window of 336 bars; allowed are 2, 3, .* 100$"),
        (lambda: window(7), "window 7 bars is off the grid"),
        (lambda: threshold(0.07), "threshold 0.07 is off the grid"),
        (lambda: level(101), "whole number from 0 to 100"),
        (lambda: Node("close").value, "is not a constant"),
        (lambda: Genome(NEVER, NEVER, NEVER, "never"), "root short_exit has type str"),
        (lambda: Genome(NEVER, NEVER, NEVER, NEVER, None), "risk has type NoneType"),
        (lambda: RiskGenes(sizing="fixed"), "sizing is 'fixed'"),
    ],
)
def test_a_wrong_part_is_refused_at_construction(build: object, message: str) -> None:
    with pytest.raises(GenomeError, match=message):
        build()  # type: ignore[operator]


def _trades(*rows: tuple[int, int, int], price: float = 10.0) -> Trades:
    side, entry, leave = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    prices = np.full(len(rows), price)
    return Trades(entry, leave, side, prices, prices, prices, prices, prices, prices, (ExitReason.SIGNAL,) * len(rows))


def test_behaviour_is_side_entry_and_exit_of_every_coin() -> None:
    base = behaviour_hash({"BTC": _trades((1, 3, 5), (-1, 7, 9)), "ETH": _trades((1, 3, 4))})
    assert base == behaviour_hash({"ETH": _trades((1, 3, 4), price=2.0), "BTC": _trades((1, 3, 5), (-1, 7, 9))})
    changed = [
        {"BTC": _trades((1, 3, 5), (1, 7, 9)), "ETH": _trades((1, 3, 4))},
        {"BTC": _trades((1, 3, 5), (-1, 8, 9)), "ETH": _trades((1, 3, 4))},
        {"BTC": _trades((1, 3, 5), (-1, 7, 10)), "ETH": _trades((1, 3, 4))},
        {"BTC": _trades((1, 3, 5)), "ETH": _trades((1, 3, 4))},
        {"SOL": _trades((1, 3, 5), (-1, 7, 9)), "ETH": _trades((1, 3, 4))},
    ]
    assert base not in {behaviour_hash(trades) for trades in changed}


def test_a_coin_without_trades_is_no_behaviour() -> None:
    assert behaviour_hash({"BTC": _trades((1, 3, 5)), "ETH": _trades()}) == behaviour_hash({"BTC": _trades((1, 3, 5))})
