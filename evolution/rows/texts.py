"""Rows written out: the canonical JSON of a genome, and the programs that it is evaluated as."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.jit import inlined, jit
from evolution.genome.codec import SCHEMA
from evolution.genome.genome import MAX_DEPTH, ROOTS
from evolution.genome.mask import MAX_MASK
from evolution.genome.program import BETWEEN_PROGRAMS, SEPARATOR, SYMBOLS, mask_ending
from evolution.rows.codes import ENTRIES
from evolution.rows.genes import GENE_NAMES, N_GENES, NONE, REGIME_MASK, SIZING_RULES
from evolution.rows.language import ATOM, OPERATORS, Ints, Language
from evolution.rows.measures import N_ROOTS, Row, measure_sizes
from evolution.rows.offspring import Offspring

Bytes = NDArray[np.uint8]

ENTRIES_AMONG_ROOTS = (0, 2)
"""Places in `ROOTS` of what a mask restricts."""
CHUNK = 32
"""Bytes that are copied at once."""
MOST_VALUES = MAX_MASK + 2
"""As many as a gene can have, null among them."""
BETWEEN_ROOTS = tuple(f',"{name}":' for name in ROOTS[1:])
FRAME = ('{"risk":', f',"roots":{{"{ROOTS[0]}":', *BETWEEN_ROOTS, f'}},"schema":{SCHEMA}}}', ",", "]")
"""What stands around genes and roots: before the genes, before each root, at the end; between arguments, after them."""
BEGIN, FIRST_ROOT, END, COMMA, CLOSE = 0, 1, N_ROOTS + 1, N_ROOTS + 2, N_ROOTS + 3
SYMBOL = {OPERATORS[name]: symbol for name, symbol in SYMBOLS.items()}
MARKS = (BETWEEN_PROGRAMS, *(SYMBOL[operator] for operator in range(1, len(SYMBOL) + 1)), SEPARATOR)
"""Between programs, the operators by their numbers, and between the items of a program."""
SEPARATE = len(MARKS) - 1


class Phrases(NamedTuple):
    """Every piece of text that there can be, one after another."""

    text: Bytes
    bounds: Ints
    """Shape (n + 1,)."""
    frame: int
    """Number of the first phrase of `FRAME`; before it are the openings of the codes."""
    marks: int
    """Number of the first of `MARKS`."""
    genes: int
    """Number of the first phrase of genes; `MOST_VALUES` for each gene, in the order in which they are written."""
    gene_order: Ints
    """Places in `GENE_NAMES`, in that order."""
    masks: int
    """Number of the first of the endings that masks put behind the program of an entry, by mask; 0 is none."""


def _gene_phrases(key: str, beginning: str, ending: str) -> list[str]:
    """Return how a gene is written for each value from `NONE` up."""
    values: list[object] = [None, *range(MOST_VALUES - 1)]
    if key == "sizing":
        values[1 : 1 + len(SIZING_RULES)] = [rule.value for rule in SIZING_RULES]
    elif key == "reverse":
        values[1:3] = [False, True]
    return [f"{beginning}{json.dumps(key)}:{json.dumps(value)}{ending}" for value in values]


def _make_phrases() -> Phrases:
    openings = [entry.opening for entry in ENTRIES]
    pieces = [*openings, *FRAME, *MARKS]
    n_before, order, beginning = len(pieces), [], "{"
    for key in sorted(GENE_NAMES):
        order.append(GENE_NAMES.index(key))
        pieces += _gene_phrases(key, beginning, "}" if len(order) == N_GENES else ",")
        beginning = ""
    n_genes = len(pieces)
    pieces += [mask_ending(mask or None) for mask in range(MAX_MASK + 1)]
    encoded = [piece.encode("ascii") for piece in pieces]
    return Phrases(
        np.frombuffer(b"".join([*encoded, bytes(CHUNK)]), dtype=np.uint8),
        np.array([0, *accumulate(map(len, encoded))], dtype=np.int64),
        len(openings),
        len(openings) + len(FRAME),
        n_before,
        np.array(order, dtype=np.int64),
        n_genes,
    )


PHRASES = _make_phrases()
FRAME_BYTES = sum(map(len, FRAME)) + 64 * N_GENES
"""No less than what is written around the roots."""


@inlined
def _put(phrases: Phrases, number: int, out: Bytes, end: int) -> int:
    """Write a phrase, and perhaps `CHUNK` bytes more; return the end of what is written."""
    begin = np.uint64(phrases.bounds[number])
    size = np.uint64(phrases.bounds[number + 1]) - begin
    for first in range(np.uint64(0), size, np.uint64(CHUNK)):
        # A fixed number of bytes is one or two instructions; most phrases are shorter.
        for place in range(np.uint64(CHUNK)):
            out[np.uint64(end) + first + place] = phrases.text[begin + first + place]
    return int(np.uint64(end) + size)


@inlined
def _put_expression(language: Language, phrases: Phrases, row: Row, waiting: Ints, out: Bytes, end: int) -> int:
    """Write an expression; `waiting` is room for the arguments that each node above still waits for."""
    depth = 0
    for place in range(len(row)):
        if place > 0:
            end = _put(phrases, phrases.frame + COMMA, out, end)
        end = _put(phrases, row[place], out, end)
        waiting[depth] = language.arity[row[place]]
        while depth > 0 and waiting[depth] == 0:
            depth -= 1
            waiting[depth] -= 1
            if waiting[depth] == 0:
                end = _put(phrases, phrases.frame + CLOSE, out, end)
        if waiting[depth] > 0:
            depth += 1
    return end


@inlined
def _put_program(
    language: Language, phrases: Phrases, row: Row, sizes: Ints, room: NDArray[np.int64], out: Bytes, end: int
) -> int:
    """Write the program of a root: atoms and operators in postfix order."""
    place, top, waiting, operators = 0, -1, room[1], room[2]
    while place < len(row):
        code = row[place]
        if language.operator[code] != ATOM:
            top += 1
            waiting[top], operators[top] = language.arity[code], language.operator[code]
            place += 1
            continue
        end = _put_expression(language, phrases, row[place : place + sizes[place]], room[0], out, end)
        place += sizes[place]
        while top >= 0:
            end = _put(phrases, phrases.marks + SEPARATE, out, end)
            waiting[top] -= 1
            if waiting[top] > 0:
                break
            end = _put(phrases, phrases.marks + operators[top], out, end)
            top -= 1
    return end


@jit
def _put_genome(language: Language, phrases: Phrases, record: Row, room: Ints, out: Bytes, ends: Ints) -> None:
    """Write the canonical JSON of a genome from `ends[0]` on, and where its genes and its programs begin and end.

    `ends` has shape (5,): after these the ends of the genes, of the JSON and of the programs behind it.
    """
    row, sizes = record[N_GENES:], np.empty(len(record) - N_GENES, dtype=np.int64)
    measure_sizes(language, row, sizes)
    end = _put(phrases, phrases.frame + BEGIN, out, ends[0])
    ends[1] = end
    for number, gene in enumerate(phrases.gene_order):
        end = _put(phrases, phrases.genes + MOST_VALUES * number + record[gene] - NONE, out, end)
    ends[2] = end
    place = 0
    for root in range(N_ROOTS):
        end = _put(phrases, phrases.frame + FIRST_ROOT + root, out, end)
        end = _put_expression(language, phrases, row[place : place + sizes[place]], room[0], out, end)
        place += sizes[place]
    end = _put(phrases, phrases.frame + END, out, end)
    ends[3], place = end, 0
    for root in range(N_ROOTS):
        if root > 0:
            end = _put(phrases, phrases.marks, out, end)
        root_end = place + sizes[place]
        end = _put_program(language, phrases, row[place:root_end], sizes[place:root_end], room, out, end)
        if root in ENTRIES_AMONG_ROOTS and record[REGIME_MASK] != NONE:
            end = _put(phrases, phrases.masks + record[REGIME_MASK], out, end)
        place = root_end
    ends[4] = end


@jit
def _most_bytes(phrases: Phrases, offspring: Offspring) -> int:
    """Return no less than what all texts of offspring take."""
    total = CHUNK
    for number in range(len(offspring.ends)):
        for place in range(N_GENES, offspring.ends[number]):
            code = offspring.records[number, place]
            # With a comma and a bracket or a mark, in the JSON and in the program.
            total += 2 * (phrases.bounds[code + 1] - phrases.bounds[code] + 2)
        total += FRAME_BYTES
        mask = offspring.records[number, REGIME_MASK]
        if offspring.ends[number] > 0 and mask != NONE:
            total += 2 * (phrases.bounds[phrases.masks + mask + 1] - phrases.bounds[phrases.masks + mask])
    return total


@jit
def write_out(language: Language, phrases: Phrases, offspring: Offspring) -> tuple[Bytes, Ints]:
    """Return the texts of all children that were made, and for each where they lie; see `_put_genome`."""
    out = np.empty(_most_bytes(phrases, offspring), dtype=np.uint8)
    ends = np.zeros((len(offspring.ends), 5), dtype=np.int64)
    room = np.empty((3, MAX_DEPTH + 1), dtype=np.int64)
    end = 0
    for number in range(len(offspring.ends)):
        if offspring.ends[number] > 0:
            ends[number, 0] = end
            _put_genome(language, phrases, offspring.records[number, : offspring.ends[number]], room, out, ends[number])
            end = ends[number, 4]
    return out[:end], ends
