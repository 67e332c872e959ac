"""A grammar file: what it leaves out, what it weighs, and what it may not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import ConfigError
from data.settings import load_settings, parse_settings
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.reach import buildable, makes_truths
from evolution.opcodes.types import ValueType
from evolution.priors import SearchPriors
from evolution.run.grammar_settings import GrammarSettings
from evolution.run.settings import SearchSettings
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome

EXAMPLES = sorted((Path(__file__).parents[2] / "configs" / "grammars").glob("*.toml"))


def search(**grammar: Any) -> SearchSettings:
    return parse_settings(SearchSettings, {"grammar": grammar}, source="test")


def drawn(priors: SearchPriors, count: int = 200) -> frozenset[str]:
    grammar, rng = Grammar(priors), np.random.default_rng(1)
    return frozenset().union(*(random_genome(grammar, Shape(), 4, rng).opcodes() for _ in range(count)))


def test_without_a_word_the_grammar_is_the_whole_catalogue() -> None:
    assert SearchSettings().priors() == SearchPriors()


def test_only_these_opcodes_are_drawn() -> None:
    found = drawn(search(only=["above", "below", "returns", "squeeze", "within", "and"]).priors())
    # A side that is not traded is `never`, whatever the grammar.
    assert found == {"above", "below", "returns", "squeeze", "within", "and", "never"}


def test_what_is_excluded_anywhere_is_left_out_together() -> None:
    settings = parse_settings(
        SearchSettings,
        {"excluded_opcodes": ["rsi"], "grammar": {"excluded": ["adx"], "weights": {"cci": 0, "mfi": 3}}},
        source="test",
    )
    priors = settings.priors()
    assert priors.excluded_opcodes == {"rsi", "adx", "cci"}
    assert priors.opcode_weights["mfi"] == 3.0


def test_a_heavier_opcode_is_drawn_more_often() -> None:
    def count(weight: float) -> int:
        grammar = Grammar(search(weights={"squeeze": weight}).priors())
        rng = np.random.default_rng(2)
        genomes = [random_genome(grammar, Shape(), 2, rng) for _ in range(200)]
        return sum("squeeze" in genome.opcodes() for genome in genomes)

    assert count(0.0) == 0 < count(1.0) < count(20.0)


@pytest.mark.parametrize(
    ("grammar", "message"),
    [
        ({"only": ["sqeeze", "above"]}, "grammar: only names 'sqeeze'; did you mean 'squeeze'?"),
        ({"excluded": ["Funding_Rat"]}, "excluded names 'Funding_Rat'; did you mean 'funding_rate'?"),
        ({"weights": {"clos": 1.0}}, "weights names 'clos'; did you mean 'close'?"),
        ({"only": ["0"]}, "only names '0'; known are open, high"),
        (
            {"excluded": ["sqeeze", "zzzz", "clos", "close_"]},
            "excluded names 'clos', 'close_', 'sqeeze', 'zzzz'; did you mean 'close', 'squeeze'[?] known are open, hi",
        ),
        ({"only": ["\x1b[31m"]}, r"only names '\\x1b\[31m'; known are open"),
        ({"weights": {"close": -1.0}}, r"grammar.weights.close: .*greater than or equal to 0 .received -1.0."),
        ({"onyl": ["close"]}, "unknown key 'grammar.onyl'; did you mean 'only'?"),
        ({"only": ["sma", "above", "gap"]}, "no rule can be built of sma, gap, above; allow a comparison and some"),
        ({"only": ["never", "and", "not"]}, "no rule can be built of and, not, never; "),
        ({"only": ["above", "close"], "excluded": ["close"]}, "no rule can be built of above; "),
        ({"excluded": list(CATALOGUE)}, "no rule can be built of no opcode at all; "),
    ],
)
def test_what_a_grammar_may_not_say_is_refused_by_name(grammar: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        search(**grammar)


def test_two_keys_that_leave_nothing_together_are_refused() -> None:
    values = {"excluded_opcodes": ["close"], "grammar": {"only": ["above", "close"]}}
    with pytest.raises(ConfigError, match="no rule can be built of above; "):
        parse_settings(SearchSettings, values, source="test")


def test_what_only_makes_more_of_itself_makes_nothing() -> None:
    assert buildable(["sma", "above", "rsi"]) == {}
    found = buildable(["sma", "above", "close"])
    assert [s.arguments for s in found["above"]] == [(ValueType.PRICE, ValueType.PRICE)]
    assert makes_truths(["breaks_above"])
    assert not makes_truths(["never", "within"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_grammars_that_come_with_the_project_are_drawn_from(path: Path) -> None:
    grammar = load_settings(GrammarSettings, path)
    found = drawn(SearchSettings(grammar=grammar).priors())
    assert found.isdisjoint(grammar.left_out())
    assert len(found) > 20


def test_two_grammars_come_with_the_project() -> None:
    assert [path.stem for path in EXAMPLES] == ["no-funding", "price-only"]
