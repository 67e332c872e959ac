"""The page on what a rule can say is what the catalogue says."""

from __future__ import annotations

from evolution.opcodes.catalogue import CATALOGUE
from tests.opcode_page import PATH, page


def test_the_page_is_that_of_the_catalogue() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.opcode_page"


def test_every_opcode_has_a_row() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(CATALOGUE)
