"""A genome as a paragraph in a trader's words."""

from __future__ import annotations

from itertools import product

from backtest.risk import MAX_EXPOSURE, SizingRule
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.mask import mask_words
from evolution.genome.node import Node
from evolution.genome.render import percent, render_constant
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import WINDOWS

HIGH, LOW = ("above", "crosses_above"), ("below", "crosses_below")
"""Comparisons that are true where their first operand is the higher, or the lower, one."""


def explain(genome: Genome) -> str:
    """Return what the rule does, when it closes, and how large it trades, as one paragraph."""
    sides = (("long", genome.long_entry, genome.long_exit), ("short", genome.short_entry, genome.short_exit))
    traded = [side for side, entry, _ in sides if entry.opcode != "never"]
    if not traded:
        return "It never trades."
    sentences = ["Decisions are taken at the close of a bar and filled at the next open."]
    for side, entry, leave in sides:
        sentences += _side(side, entry, leave)
    if genome.risk.regime_mask is not None:
        sentences.append(f"It enters only in these states: {mask_words(genome.risk.regime_mask)}.")
    if len(traded) == 2:
        if _may_both_hold(genome.long_entry, genome.short_entry):
            sentences.append("While both entries hold, it opens nothing.")
        sentences.append(_opposite(genome.risk.reverse))
    closes = _closes(genome.risk)
    sentences += closes
    exits = [leave for side, _, leave in sides if side in traded and leave.opcode != "never"]
    if not (exits or closes or (len(traded) == 2 and genome.risk.reverse)):
        sentences.append("Once open, a position stays open until liquidation or the end of the history.")
    return " ".join([*sentences, _size(genome.risk)])


def explain_node(node: Node) -> str:
    """Return one expression in words."""
    if node.is_constant:
        return render_constant(node)
    terms = _terms(node)
    if len(terms) > 2:
        return f"{'all' if node.opcode == 'and' else 'any'} of ({'; '.join(map(explain_node, terms))})"
    return CATALOGUE[node.opcode].explain.format(*(_phrase(child) for child in node.children))


def _terms(node: Node) -> list[Node]:
    """Return the operands of a chain of the same `and` or `or`, one node for any other."""
    waiting, terms = [node], []
    while waiting:
        current = waiting.pop()
        if current.opcode == node.opcode and node.opcode in ("and", "or"):
            waiting.extend(reversed(current.children))
        else:
            terms.append(current)
    return terms


def _phrase(child: Node) -> str:
    text = explain_node(child)
    is_joined = child.opcode in ("and", "or") and len(_terms(child)) == 2
    return f"({text})" if is_joined else text


def _side(side: str, entry: Node, leave: Node) -> list[str]:
    if entry.opcode == "never":
        return [f"It never goes {side}."]
    opens = f"It goes {side} when {explain_node(entry)}."
    if leave.opcode == "never":
        return [opens, f"No signal closes the {side}."]
    return [opens, f"It closes the {side} when {explain_node(leave)}."]


def _may_both_hold(one: Node, other: Node) -> bool:
    """Tell whether two entries can be true on the same bar, as far as comparisons of the same value say."""
    return not any(_exclude(*pair) for pair in product(_conditions(one), _conditions(other)))


def _conditions(entry: Node) -> list[Node]:
    """Return what must all be true for an entry to be."""
    return _terms(entry) if entry.opcode == "and" else [entry]


def _exclude(one: Node, other: Node) -> bool:
    """Tell whether one condition has a value above a limit where the other has it below the same limit or a lower."""
    high, low = (one, other) if one.opcode in HIGH else (other, one)
    if high.opcode not in HIGH or low.opcode not in LOW or high.children[0] != low.children[0]:
        return False
    most, least = low.children[1], high.children[1]
    return most == least or (most.is_constant and least.is_constant and most.value <= least.value)


def _opposite(reverse: bool) -> str:
    if reverse:
        return "When the opposite entry appears, it turns the position around at one open."
    return "While it holds a position, it ignores the opposite entry."


def _closes(risk: RiskGenes) -> list[str]:
    sentences = []
    if risk.stop is not None:
        sentences.append(f"A stop closes a position {percent(risk.stop)} against the entry price.")
    if risk.trailing is not None:
        sentences.append(f"A trailing stop follows {percent(risk.trailing)} behind the best price since entry.")
    if risk.target is not None:
        sentences.append(f"A target takes profit {percent(risk.target)} beyond the entry price.")
    if risk.max_hold is not None:
        sentences.append(f"It holds for at most {WINDOWS[risk.max_hold]} bars.")
    return sentences


def _size(risk: RiskGenes) -> str:
    window = WINDOWS[risk.sizing_window]
    cap = f"on average as large as the equity of its coin and at most {MAX_EXPOSURE:g} times that"
    if risk.sizing is SizingRule.FIXED:
        return "Before the risk scale, each position is as large as the equity of its coin."
    if risk.sizing is SizingRule.INVERSE_VOLATILITY:
        return f"Before the risk scale, a position is the larger the calmer the last {window} bars were, {cap}."
    distances = (risk.stop, risk.target, risk.trailing)
    follow = "; its distances widen and narrow with that range" if any(distances) else ""
    return f"Before the risk scale, a position is the larger the narrower the last {window} bars ranged, {cap}{follow}."
