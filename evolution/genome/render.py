"""A genome as text that a person can read; two different genomes never read the same."""

from __future__ import annotations

from backtest.risk import SizingRule
from evolution.genome.genome import ROOTS, Genome, RiskGenes
from evolution.genome.mask import mask_words
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import WINDOWS, ValueType

_BINDING = {"and": 1, "or": 1, "above": 2, "below": 2, "not": 3}
"""How tightly operators hold their operands; every other opcode encloses them in its own brackets."""
_CHAINS = ("and", "or", "not")
"""Operators that need no parentheses as their own first operand. `and` beside `or` always does."""


def render(genome: Genome) -> str:
    """Return one line for each root that is not `never`, then one for risk.

    Windows and holding times are in bars, dimensionless thresholds have a decimal point, thresholds
    of oscillators have none, distances are percent of the entry price.
    """
    lines = [
        f"{name.replace('_', ' ')}: {render_node(root)}"
        for name, root in zip(ROOTS, genome.roots, strict=True)
        if root.opcode != "never"
    ]
    return "\n".join([*lines, f"risk: {render_risk(genome.risk)}"])


def render_node(node: Node) -> str:
    """Return one expression in infix form, with no parentheses that reading does not need."""
    if node.is_constant:
        return render_constant(node)
    operands = [_operand(node, child, position) for position, child in enumerate(node.children)]
    return template_of(node).format(*operands)


def template_of(node: Node) -> str:
    """Return what stands around the operands of a node, with a pair of braces for each of them."""
    template = CATALOGUE[node.opcode].render
    return template.removeprefix("(").removesuffix(")") if node.opcode in _BINDING else template


def has_brackets(parent: Node, child: Node, position: int) -> bool:
    """Tell whether an operand stands in parentheses, as reading needs them."""
    outer, inner = _BINDING.get(parent.opcode), _BINDING.get(child.opcode)
    if outer is None or inner is None or inner > outer:
        return False
    return not (child.opcode == parent.opcode and parent.opcode in _CHAINS and position == 0)


def render_constant(node: Node) -> str:
    """Return `24` for a window or an oscillator's level, `-1.5` or `2.0` for a dimensionless threshold."""
    if node.type is ValueType.DIMENSIONLESS:
        return repr(float(node.value))
    return f"{node.value:.0f}"


def render_risk(risk: RiskGenes) -> str:
    """Return the genes of risk, those that are set, separated by semicolons."""
    size = risk.sizing.replace("_", " ")
    if risk.sizing is not SizingRule.FIXED:
        size += f" over {WINDOWS[risk.sizing_window]} bars"
    parts = [f"size {size}"]
    parts += [
        f"{name} {percent(index)}"
        for name, index in (("stop", risk.stop), ("target", risk.target), ("trailing stop", risk.trailing))
        if index is not None
    ]
    if risk.max_hold is not None:
        parts.append(f"hold at most {WINDOWS[risk.max_hold]} bars")
    if risk.regime_mask is not None:
        parts.append(f"enter only if {mask_words(risk.regime_mask)}")
    if risk.reverse:
        parts.append("reverse on the opposite entry")
    return "; ".join(parts)


def percent(index: int) -> str:
    """Return a distance gene (steps of 0.25 %) as text: `2.5 %`."""
    return f"{index / 4:g} %"


def _operand(parent: Node, child: Node, position: int) -> str:
    text = render_node(child)
    return f"({text})" if has_brackets(parent, child, position) else text
