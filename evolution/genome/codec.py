"""Genomes to canonical JSON and back; whatever comes in is checked before anything is built.

A node is a list: `["sma", ["close"], ["window", 6]]`, a constant `["dimensionless", -30]`.
A document is `{"schema": 1, "roots": {...}, "risk": {...}}` with every key present.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NoReturn

from backtest.risk import SizingRule
from data.canonical import canonical_json
from data.errors import GenomeError
from data.shown import shown
from evolution.genome.genome import MAX_DEPTH, MAX_NODES, ROOTS, Genome, RiskGenes
from evolution.genome.node import CONSTANTS, Node
from evolution.genome.strict_json import parse
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import CONSTANT_RANGES

SCHEMA = 1
DOCUMENT_KEYS = ("schema", "roots", "risk")
RISK_KEYS = ("sizing", "sizing_window", "stop", "target", "trailing", "max_hold", "reverse", "regime_mask")
MAX_NESTING = MAX_DEPTH + 2
"""Brackets inside brackets: the document, its roots, and a root as deep as it may be."""


def encode(genome: Genome) -> dict[str, Any]:
    """Return the genome as plain dicts, lists, strings and whole numbers; the inverse of `decode`."""
    return {
        "schema": SCHEMA,
        "roots": {name: _encode_node(root) for name, root in zip(ROOTS, genome.roots, strict=True)},
        "risk": _encode_risk(genome.risk),
    }


def to_json(genome: Genome) -> str:
    """Return the canonical JSON: sorted keys, no spaces, ASCII; equal genomes have equal text."""
    # The same bytes as canonical_json(encode(genome)), put together from texts that the nodes hold already.
    return (
        f'{{"risk":{risk_text(genome.risk)},"roots":{{'
        f'"long_entry":{genome.long_entry.text},"long_exit":{genome.long_exit.text},'
        f'"short_entry":{genome.short_entry.text},"short_exit":{genome.short_exit.text}}},"schema":{SCHEMA}}}'
    )


REMEMBERED = 10_000
"""Nodes of atoms; those of a population and its children are a few thousand."""
REMEMBERED_RISKS = 8_192
"""Risk genes are as many as genomes in a long run, but those of a population and its children are few."""


def node_from_text(text: str) -> Node:
    """Return the node whose `text` this is, remembering what it is made of.

    For texts that this program has made, as between its own processes: only the nodes check themselves.

    Raises
    ------
    GenomeError
        If a node is not one of ours.
    """
    return _known_node(json.loads(text))


def _known_node(value: list[Any]) -> Node:
    name, *arguments = value
    if name in CONSTANTS:
        return _remembered_node(name, (), arguments[0])
    return _remembered_node(name, tuple([_known_node(argument) for argument in arguments]), None)


_remembered_node = lru_cache(REMEMBERED)(Node)


@lru_cache(REMEMBERED_RISKS)
def risk_from_text(text: str) -> RiskGenes:
    """Return the risk genes of a `risk_text`, remembering those that came before.

    Raises
    ------
    GenomeError
        As `from_json` does.
    """
    return _decode_risk(parse(text, max_nesting=MAX_NESTING))


@lru_cache(REMEMBERED_RISKS)
def risk_text(risk: RiskGenes) -> str:
    """Return the canonical JSON of risk genes, remembering those that came before."""
    return canonical_json(_encode_risk(risk)).decode("ascii")


def _encode_risk(risk: RiskGenes) -> dict[str, Any]:
    return {key: getattr(risk, key) for key in RISK_KEYS} | {"sizing": risk.sizing.value}


def from_json(text: str | bytes) -> Genome:
    """Read a genome from JSON in any spacing and order of keys.

    Raises
    ------
    GenomeError
        If the text is over 256 KiB, is not strict JSON (a key twice, a fraction, NaN, too deep) or is no genome.
    """
    return decode(parse(text, max_nesting=MAX_NESTING))


def decode(value: object) -> Genome:
    """Build a genome from plain data such as `encode` returns.

    Raises
    ------
    GenomeError
        If a key is missing or unknown, a type is wrong, or a limit or a rule of the grammar is broken.
    """
    if type(value) is dict and "schema" in value:
        # Before its keys, which may be others in a newer one.
        _check_schema(value["schema"])
    document = _object(value, "genome", DOCUMENT_KEYS)
    roots = _object(document["roots"], "genome roots", ROOTS)
    budget = MAX_NODES
    for name in ROOTS:
        budget -= _check_node(roots[name], f"root {name}", depth=1, budget=budget)
    risk = _decode_risk(document["risk"])
    return Genome(**{name: _build(roots[name], f"root {name}") for name in ROOTS}, risk=risk)


def _check_schema(schema: object) -> None:
    if type(schema) is int and schema > SCHEMA:
        _refuse("genome schema", schema, f"{SCHEMA}", "a newer version of the program wrote it: update this one")
    if type(schema) is not int or schema != SCHEMA:
        _refuse("genome schema", schema, f"{SCHEMA}", "write it again with this version of the program")


def _encode_node(node: Node) -> list[Any]:
    if node.is_constant:
        return [node.opcode, node.index]
    return [node.opcode, *(_encode_node(child) for child in node.children)]


def _check_node(value: object, place: str, depth: int, budget: int) -> int:
    """Check shape and limits of a node and all below it, building nothing; return how many nodes there are."""
    if depth > MAX_DEPTH:
        _refuse(place, value, f"a depth of at most {MAX_DEPTH} nodes", "simplify the rule")
    if budget < 1:
        _refuse(place, value, f"at most {MAX_NODES} nodes in a genome", "simplify the rule")
    if type(value) is not list or not value or type(value[0]) is not str:
        received = value[0] if type(value) is list and value else value
        _refuse(place, received, "a list that begins with the name of an opcode or constant", "write [name, ...]")
    name, *arguments = value
    if name in CONSTANTS:
        _check_constant(name, arguments, place)
        return 1
    _check_arity(name, arguments, place)
    count = 1
    for position, argument in enumerate(arguments, start=1):
        count += _check_node(argument, f"{place}[{position}]", depth + 1, budget - count)
    return count


def _check_constant(name: str, arguments: list[object], place: str) -> None:
    low, high = CONSTANT_RANGES[CONSTANTS[name]]
    index = arguments[0] if len(arguments) == 1 else arguments
    if type(index) is not int or not low <= index <= high:
        _refuse(f"{place}, constant {name!r}", index, f"one whole number from {low} to {high}", "give its grid index")


def _check_arity(name: str, arguments: list[object], place: str) -> None:
    opcode = CATALOGUE.get(name)
    if opcode is None:
        names = (*CATALOGUE, *CONSTANTS)
        near = get_close_matches(name[:40].lower(), names, n=3, cutoff=0.0)
        _refuse(f"{place}, opcode", name, f"one of {len(names)} names, such as {', '.join(near)}", "correct the name")
    arities = sorted({len(signature.arguments) for signature in opcode.signatures})
    if len(arguments) not in arities:
        allowed = " or ".join(map(str, arities))
        _refuse(f"{place}, arguments of {name!r}", arguments, f"a list of {allowed}", "add or remove some")


def _build(value: list[Any], place: str) -> Node:
    """Build a node whose shape has been checked; types and windows are checked by the node itself."""
    name, *arguments = value
    if name in CONSTANTS:
        return Node(name, (), arguments[0])
    children = tuple(_build(argument, f"{place}[{position}]") for position, argument in enumerate(arguments, start=1))
    try:
        return Node(name, children)
    except GenomeError as error:
        raise GenomeError(f"{place}: {error}; correct the rule") from None


def _decode_risk(value: object) -> RiskGenes:
    genes = dict(_object(value, "genome risk", RISK_KEYS))
    sizing = genes["sizing"]
    if type(sizing) is not str or sizing not in list(SizingRule):
        _refuse("genome risk sizing", sizing, ", ".join(SizingRule), "name one of them")
    genes["sizing"] = SizingRule(sizing)
    for key, gene in genes.items():
        # A container or a huge number would be shown whole by the check of the genes themselves.
        if key != "sizing" and (type(gene) not in (int, bool, type(None)) or abs(gene or 0) > 10**6):
            _refuse(f"genome risk {key}", gene, "a whole number of its grid, true, false or null", "correct the gene")
    try:
        return RiskGenes(**genes)
    except GenomeError as error:
        raise GenomeError(f"genome risk: {error}; correct the gene") from None


def _object(value: object, name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return `value` as a dict that has exactly these keys."""
    if type(value) is not dict:
        _refuse(name, value, f"an object with the keys {', '.join(keys)}", "write a JSON object")
    unknown = next((key for key in value if key not in keys), None)
    if unknown is not None:
        _refuse(f"{name}, key", unknown, ", ".join(keys), "remove or correct the key")
    missing = [key for key in keys if key not in value]
    if missing:
        raise GenomeError(
            f"{name} lacks {', '.join(missing)}; allowed are exactly {', '.join(keys)}; add what is missing"
        )
    return value


def _refuse(name: str, received: object, allowed: str, remedy: str) -> NoReturn:
    raise GenomeError(f"{name} is {shown(received)}; allowed is {allowed}; {remedy}")
