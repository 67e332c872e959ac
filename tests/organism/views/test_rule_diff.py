"""What differs between two rules, each case by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evolution.genome.genome import Genome
from evolution.genome.node import Node, level, threshold, window
from evolution.genome.render import render, render_node
from organism.views.rule_diff import marks_of, pieces_of, rule_diff

RSI = Node("rsi", (Node("close"), window(24)))
LOW, LOWER = Node("below", (RSI, level(30))), Node("below", (RSI, level(20)))
WILD, CALM, RISING = Node("wild"), Node("calm"), Node("rising")
FUNDED = Node("above", (Node("funding_zscore", (window(168),)), threshold(1.5)))


def both(*nodes: Node) -> Node:
    first, *rest = nodes
    for node in rest:
        first = Node("and", (first, node))
    return first


def shown(before: Node, after: Node) -> tuple[str, str]:
    """Return both with what differs between brackets that name it by a letter."""
    marks = marks_of(before, after)
    return tuple(
        "".join(p.text if p.kind == "same" else f"[{p.kind[0]} {p.text}]" for p in pieces_of(node, part))
        for node, part in zip((before, after), marks, strict=True)
    )  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (LOW, LOW, ("rsi(close, 24) < 30", "rsi(close, 24) < 30")),
        (LOW, LOWER, ("rsi(close, 24) < [c 30]", "rsi(close, 24) < [c 20]")),
        (LOW, both(LOW, WILD), ("rsi(close, 24) < 30", "rsi(close, 24) < 30 and [a wild]")),
        (both(LOW, WILD), LOW, ("rsi(close, 24) < 30 and [r wild]", "rsi(close, 24) < 30")),
        (LOW, WILD, ("[r rsi(close, 24) < 30]", "[a wild]")),
        (both(WILD, LOW), both(CALM, LOW), ("rsi(close, 24) < 30 and [r wild]", "rsi(close, 24) < 30 and [a calm]")),
        (WILD, Node("not", (WILD,)), ("wild", "[a not ]wild")),
        (Node("not", (WILD,)), WILD, ("[r not ]wild", "wild")),
        (
            Node("or", (WILD, LOW)),
            both(WILD, LOW),
            ("[r rsi(close, 24) < 30 or wild]", "[a rsi(close, 24) < 30 and wild]"),
        ),
    ],
)
def test_what_differs_is_marked(before: Node, after: Node, expected: tuple[str, str]) -> None:
    assert shown(before, after) == expected


def test_terms_that_only_changed_places_do_not_differ() -> None:
    before, after = both(both(LOW, WILD), RISING), both(both(LOW, RISING), WILD)
    assert before != after
    assert marks_of(before, after) == ({}, {})


@pytest.mark.parametrize("node", [LOW, both(LOW, WILD, FUNDED), Node("not", (Node("or", (LOW, both(WILD, RISING))),))])
def test_the_pieces_are_the_rendered_rule(node: Node) -> None:
    for other in (LOW, WILD, FUNDED, both(FUNDED, LOW)):
        for tree, marks in zip((node, other), marks_of(node, other), strict=True):
            assert "".join(piece.text for piece in pieces_of(tree, marks)) == render_node(tree)


def test_roots_and_risk_of_a_whole_rule(funding_rule: Callable[..., Genome]) -> None:
    lines = rule_diff(funding_rule(1.5, stop=8), funding_rule(1.45, target=4))
    assert [line.name for line in lines] == ["long entry", "long exit", "short entry", "short exit", "risk"]
    assert [line.is_same for line in lines] == [False, True, False, True, False]
    assert [(piece.text, piece.kind) for piece in lines[-1].before] == [
        ("size fixed; ", "same"),
        ("stop 2 %", "removed"),
    ]
    assert [(piece.text, piece.kind) for piece in lines[-1].after] == [
        ("size fixed; ", "same"),
        ("target 1 %", "added"),
    ]
    texts = ["".join(piece.text for piece in line.after) for line in lines]
    assert render(funding_rule(1.45, target=4)) == "\n".join(
        f"{line.name}: {text}" for line, text in zip(lines, texts, strict=True)
    )
