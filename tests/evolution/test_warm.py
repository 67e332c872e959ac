"""What is evaluated before workers start calls every compiled function that they will need."""

from __future__ import annotations

from evolution.opcodes.catalogue import CATALOGUE
from evolution.warm import YEARS, genomes_to_compile

BARS = int(YEARS * 365 * 24)


def test_every_opcode_is_called_with_every_kind_of_argument() -> None:
    # A genome that asks for more history than there is would be refused, and compile nothing.
    evaluated = [genome for genome in genomes_to_compile() if genome.warm_up_bars < BARS]
    nodes = [node for genome in evaluated for root in genome.roots for node in root.walk() if not node.is_constant]
    called = {(node.opcode, tuple(child.type for child in node.children)) for node in nodes}
    assert called == {(opcode.name, s.arguments) for opcode in CATALOGUE.values() for s in opcode.signatures}
