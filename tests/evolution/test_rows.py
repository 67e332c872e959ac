"""Genomes as rows say what their nodes say: text, order, sizes, depth, warm-up, programs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.errors import GenomeError
from evolution.evaluator.task import task_of
from evolution.genome.codec import risk_text, to_json
from evolution.genome.genome import MAX_NODES, Genome
from evolution.genome.node import Node, threshold, window
from evolution.genome.program import BETWEEN_PROGRAMS
from evolution.rows.canonical import finish
from evolution.rows.codes import CODES, ENTRIES, NEVER_CODE
from evolution.rows.genes import N_GENES
from evolution.rows.language import LANGUAGE
from evolution.rows.measures import measure_sizes
from evolution.rows.offspring import make_offspring
from evolution.rows.records import code_of, genome_from_bytes, genome_of, record_of
from evolution.rows.texts import PHRASES, write_out
from tests.evolution.mirrored import mirrored, row_of

CLOSE = Node("close")


def sizes_of(row: np.ndarray) -> list[int]:
    sizes = np.zeros(len(row), dtype=np.int64)
    measure_sizes(LANGUAGE, row, sizes)
    return sizes.tolist()


def finished(genome: Genome) -> tuple[int, np.ndarray]:
    """Return the warm-up of a genome's record, and the record in canonical form."""
    record = record_of(genome)
    return finish(LANGUAGE, record[:N_GENES], record[N_GENES:]), record


def exchanged(node: Node, rng: np.random.Generator) -> list[int]:
    """Return the codes of a node, the arguments of each `and` and `or` in any order."""
    parts = [exchanged(child, rng) for child in node.children]
    if node.opcode in ("and", "or") and rng.random() < 0.5:
        parts.reverse()
    return [code_of(node), *(code for part in parts for code in part)]


def test_codes_are_in_the_order_of_their_texts():
    openings = [entry.opening for entry in ENTRIES]
    assert openings == sorted(openings)
    ranks = LANGUAGE.text_rank.tolist()
    assert [rank == before for rank, before in zip(ranks[1:], ranks, strict=False)] == [
        text == before for text, before in zip(openings[1:], openings, strict=False)
    ]


@given(data=st.data())
def test_record_gives_the_genome_back(genomes, data):
    genome = data.draw(genomes)
    assert genome_of(record_of(genome)) == genome
    assert genome_from_bytes(record_of(genome).tobytes()) == genome


@given(data=st.data())
def test_sizes_are_those_of_the_nodes(genomes, data):
    genome = data.draw(genomes)
    assert sizes_of(record_of(genome)[N_GENES:]) == [node.size for node in genome.walk()]


@given(data=st.data())
def test_canonical_genome_stays_as_it_is_and_has_its_warm_up(genomes, data):
    genome = data.draw(genomes)
    bars, record = finished(genome)
    assert bars == genome.warm_up_bars
    assert record.tolist() == record_of(genome).tolist()


@given(data=st.data(), seed=st.integers(0, 2**32))
def test_arguments_in_any_order_are_brought_into_canonical_order(genomes, data, seed):
    genome = data.draw(genomes)
    rng = np.random.default_rng(seed)
    codes = [code for root in genome.roots for code in exchanged(root, rng)]
    record = np.array([*record_of(genome)[:N_GENES], *codes], dtype=np.int16)
    assert finish(LANGUAGE, record[:N_GENES], record[N_GENES:]) == genome.warm_up_bars
    assert record.tolist() == record_of(genome).tolist()


def test_what_a_genome_refuses_has_no_warm_up(named_genomes):
    """Too long a warm-up, too deep, a window that the opcode does not take."""
    slow = CLOSE
    for _ in range(6):
        slow = Node("sma", (slow, window(720)))
    deep = Node("above", (CLOSE, slow))
    nested = Node("above", (CLOSE, Node("low")))
    for _ in range(40):
        nested = Node("not", (nested,))
    wild = row_of(Node("above", (Node("ema", (CLOSE, window(100))), CLOSE)))
    wild[wild.tolist().index(code_of(window(100)))] = code_of(window(720))
    never = np.array([NEVER_CODE] * 3, dtype=np.int16)
    genes = record_of(named_genomes["never"])[:N_GENES]
    for root in (row_of(deep), row_of(nested), wild):
        assert finish(LANGUAGE, genes, np.concatenate([root, never])) == -1
    for node in (deep, nested):
        try:
            Genome(node, *[Node("never")] * 3)
        except GenomeError:
            continue
        raise AssertionError("the genome itself does not refuse it")


@given(data=st.data())
def test_texts_are_those_of_codec_and_evaluator(genomes, data):
    drawn = [data.draw(genomes) for _ in range(3)]
    offspring = make_offspring(4, MAX_NODES)
    # The second attempt made no child.
    for place, genome in zip((0, 2, 3), drawn, strict=True):
        record = record_of(genome)
        offspring.records[place, : len(record)], offspring.ends[place] = record, len(record)
    written, ends = write_out(LANGUAGE, PHRASES, offspring)
    assert not ends[1].any()
    for (begin, genes_begin, genes_end, end, programs_end), genome in zip(ends[[0, 2, 3]], drawn, strict=True):
        assert written[begin:end].tobytes().decode() == to_json(genome)
        assert written[genes_begin:genes_end].tobytes().decode() == risk_text(genome.risk)
        programs = written[end:programs_end].tobytes().decode().split(BETWEEN_PROGRAMS)
        assert tuple(programs) == task_of(genome).programs


def test_mirroring_exchanges_up_and_down():
    strength = Node("rsi", (CLOSE, window(24)))
    oversold = Node("below", (strength, Node("oscillator", (), 30)))
    assert mirrored(oversold) == Node("above", (strength, Node("oscillator", (), 70)))
    breakout = Node("above", (CLOSE, Node("rolling_max", (Node("high"), window(48)))))
    assert mirrored(breakout) == Node("below", (CLOSE, Node("rolling_min", (Node("low"), window(48)))))
    crowding = Node("funding_zscore", (window(168),))
    assert mirrored(Node("above", (crowding, threshold(1.5)))) == Node("below", (crowding, threshold(-1.5)))


def test_mirroring_leaves_what_has_no_side():
    busy = Node("above", (Node("volume"), Node("sma", (Node("volume"), window(24)))))
    assert mirrored(busy) == busy


def test_mirroring_exchanges_truths_that_are_counted_in_what_has_no_side():
    """How long ago it was has no side; what it was has one."""
    up, down = Node("above", (CLOSE, Node("low"))), Node("below", (CLOSE, Node("high")))
    since = Node("bars_since", (up, window(24)))
    level = Node("oscillator", (), 30)
    assert mirrored(Node("above", (since, level))) == Node("above", (Node("bars_since", (down, window(24))), level))


@given(data=st.data())
def test_mirroring_twice_gives_the_rule_back(bool_nodes, data):
    node = data.draw(bool_nodes)
    assert mirrored(mirrored(node)) == node


def test_every_opcode_has_a_code_for_each_signature():
    assert len(CODES) == sum(entry.index is None for entry in ENTRIES)
    assert all(ENTRIES[code].name == name for (name, _), code in CODES.items())
