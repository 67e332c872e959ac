"""Genomes as text: one reading each, and words that a trader understands."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.risk import SizingRule
from evolution.genome.explain import explain
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from evolution.genome.render import render, render_node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import WINDOWS

CLOSE, OPEN, HIGH, NEVER = (Node(name) for name in ("close", "open", "high", "never"))
A, B, C = (Node("above", (CLOSE, other)) for other in (OPEN, HIGH, Node("low")))


def both(left: Node, right: Node) -> Node:
    return Node("and", (left, right))


def either(left: Node, right: Node) -> Node:
    return Node("or", (left, right))


def negation(node: Node) -> Node:
    return Node("not", (node,))


def test_a_rule_reads_as_a_line_for_each_root_in_use_and_one_for_risk(named_genomes: dict[str, Genome]) -> None:
    assert render(named_genomes["dip"]) == (
        "long entry: rsi(close, 24) < 30 and zscore(close, 48) < -1.5\n"
        "long exit: zscore(close, 48) > 0.0\n"
        "risk: size fixed; stop 2.5 %; target 5 %; trailing stop 1.25 %; hold at most 48 bars"
    )


def test_a_rule_that_never_trades_has_only_its_risk(named_genomes: dict[str, Genome]) -> None:
    assert render(named_genomes["never"]) == "risk: size fixed"


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (both(both(A, B), negation(C)), "close > high and close > open and not (close > low)"),
        (both(both(A, B), C), "close > low and (close > high and close > open)"),
        (both(A, either(B, C)), "close > open and (close > high or close > low)"),
        (either(A, both(B, C)), "close > open or (close > high and close > low)"),
        (negation(A), "not (close > open)"),
        (negation(both(A, B)), "not (close > high and close > open)"),
        (both(negation(A), negation(NEVER)), "not (close > open) and not never"),
        (negation(negation(NEVER)), "not not never"),
        (Node("delay", (both(A, B), window(3))), "delay(close > high and close > open, 3)"),
        (Node("crosses_above", (CLOSE, OPEN)), "crosses_above(close, open)"),
        (Node("above", (Node("returns", (window(24),)), threshold(0.05))), "returns(24) > 0.05"),
        (Node("below", (Node("returns", (window(24),)), threshold(-10.0))), "returns(24) < -10.0"),
        (Node("below", (Node("rsi", (CLOSE, window(8))), level(30))), "rsi(close, 8) < 30"),
    ],
)
def test_parentheses_stand_only_where_reading_needs_them(node: Node, text: str) -> None:
    assert render_node(node) == text


def test_thresholds_of_different_dimensions_read_differently() -> None:
    texts = [render_node(Node("above", pair)) for pair in ((level(2), level(1)), (threshold(2.0), threshold(1.0)))]
    assert texts == ["2 > 1", "2.0 > 1.0"]


def _grown(nodes: list[Node]) -> list[Node]:
    pairs = [Node(name, pair) for pair in product(nodes, repeat=2) for name in ("and", "or")]
    return [*nodes, *pairs, *map(negation, nodes), *(Node("delay", (n, window(w))) for n in nodes for w in (2, 3))]


def test_no_two_of_all_small_rules_read_the_same() -> None:
    constants = [
        Node(name, pair)
        for name in ("above", "below")
        for pair in ((level(2), level(1)), (threshold(2.0), threshold(1.0)))
    ]
    nodes = set(_grown(_grown([NEVER, *constants])))
    assert len(nodes) > 2_000
    assert len({render_node(node) for node in nodes}) == len(nodes)


@given(st.data())
def test_two_random_rules_read_the_same_only_if_they_are(
    bool_nodes: st.SearchStrategy[Node], data: st.DataObject
) -> None:
    nodes = data.draw(st.lists(bool_nodes, min_size=2, max_size=6))
    assert len(set(map(render_node, nodes))) == len(set(nodes))


def test_every_gene_of_risk_changes_the_text() -> None:
    genes = [
        RiskGenes(),
        *(RiskGenes(sizing=rule, sizing_window=k) for rule in list(SizingRule)[1:] for k in range(len(WINDOWS))),
        *(RiskGenes(**{name: k}) for name in ("stop", "target", "trailing") for k in (1, 2, 3, 4, 80)),
        *(RiskGenes(max_hold=k) for k in range(len(WINDOWS))),
        RiskGenes(reverse=True),
        *(RiskGenes(regime_mask=mask) for mask in range(1, 512)),
    ]
    texts = {render(Genome(NEVER, NEVER, NEVER, NEVER, gene)) for gene in genes}
    assert len(texts) == len(set(genes)) == len(genes)


def test_explain_says_what_opens_closes_and_sizes(named_genomes: dict[str, Genome]) -> None:
    assert explain(named_genomes["dip"]) == (
        "Decisions are taken at the close of a bar and filled at the next open. "
        "It goes long when both the 24-bar relative strength of the close is below 30 and the standard deviations by "
        "which the close lies above its 48-bar mean is below -1.5. "
        "It closes the long when the standard deviations by which the close lies above its 48-bar mean is above 0.0. "
        "It never goes short. "
        "A stop closes a position 2.5 % against the entry price. "
        "A trailing stop follows 1.25 % behind the best price since entry. "
        "A target takes profit 5 % beyond the entry price. "
        "It holds for at most 48 bars. "
        "Before the risk scale, each position is as large as the equity of its coin."
    )


def test_explain_lists_a_long_chain_and_marks_a_nested_choice() -> None:
    text = explain(Genome(both(both(A, either(B, C)), negation(A)), NEVER, NEVER, NEVER))
    assert (
        "It goes long when all of (the close is above the open; either the close is above the high or the close is "
        "above the low; it is not so that the close is above the open)."
    ) in text


def test_explain_says_when_nothing_closes_a_position() -> None:
    text = explain(Genome(A, NEVER, NEVER, NEVER))
    assert "Once open, a position stays open until liquidation or the end of the history." in text
    assert "stays open" not in explain(Genome(A, NEVER, NEVER, NEVER, RiskGenes(max_hold=3)))
    assert "stays open" not in explain(Genome(A, NEVER, B, NEVER, RiskGenes(reverse=True)))
    assert "stays open" in explain(Genome(A, NEVER, NEVER, NEVER, RiskGenes(reverse=True)))


def test_explain_says_what_an_opposite_entry_does() -> None:
    assert "turns the position around" in explain(Genome(A, C, B, C, RiskGenes(reverse=True)))
    assert "ignores the opposite entry" in explain(Genome(A, C, B, C))


RSI, MEAN = Node("rsi", (CLOSE, window(24))), Node("sma", (CLOSE, window(24)))
CALM = Node("below", (Node("returns", (window(24),)), threshold(1.0)))


@pytest.mark.parametrize(
    ("long", "short", "may_hold"),
    [
        (A, B, True),
        (A, Node("below", (CLOSE, OPEN)), False),
        (Node("crosses_below", (CLOSE, MEAN)), Node("above", (CLOSE, MEAN)), False),
        (Node("below", (RSI, level(30))), Node("above", (RSI, level(70))), False),
        (Node("below", (RSI, level(50))), Node("above", (RSI, level(50))), False),
        (Node("below", (RSI, level(70))), Node("above", (RSI, level(30))), True),
        (Node("below", (RSI, level(30))), Node("below", (RSI, level(70))), True),
        (both(CALM, Node("below", (RSI, level(30)))), both(Node("above", (RSI, level(70))), CALM), False),
        (either(CALM, Node("below", (RSI, level(30)))), either(Node("above", (RSI, level(70))), CALM), True),
        (CALM, CALM, True),
        (A, NEVER, False),
    ],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_explain_says_that_both_entries_at_once_open_nothing_where_that_can_be(
    long: Node, short: Node, may_hold: bool, reverse: bool
) -> None:
    """Clause S4; not where the same value would have to be above and below a limit."""
    for one, other in ((long, short), (short, long)):
        text = explain(Genome(one, NEVER, other, NEVER, RiskGenes(reverse=reverse)))
        assert ("While both entries hold, it opens nothing." in text) is may_hold


def test_explain_says_that_a_rule_without_entries_never_trades() -> None:
    assert explain(Genome(NEVER, A, NEVER, B)) == "It never trades."


def test_explain_says_how_a_variable_size_moves() -> None:
    calm = explain(Genome(A, B, NEVER, NEVER, RiskGenes(SizingRule.INVERSE_VOLATILITY, WINDOWS.index(72))))
    assert "the larger the calmer the last 72 bars were" in calm
    narrow = RiskGenes(SizingRule.RISK_PER_STOP, WINDOWS.index(36), stop=4)
    assert "its distances widen and narrow with that range" in explain(Genome(A, B, NEVER, NEVER, narrow))


@given(st.data())
def test_every_rule_can_be_read_and_explained(genomes: st.SearchStrategy[Genome], data: st.DataObject) -> None:
    genome = data.draw(genomes)
    for text in (render(genome), explain(genome)):
        assert text.isascii()
        assert "{" not in text
        assert text.count("(") == text.count(")")


def test_templates_of_every_opcode_name_all_its_arguments() -> None:
    for opcode in CATALOGUE.values():
        for signature in opcode.signatures:
            for template in (opcode.render, opcode.explain):
                for position in range(len(signature.arguments)):
                    assert f"{{{position}}}" in template, opcode.name
