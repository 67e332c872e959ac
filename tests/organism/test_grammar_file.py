"""A grammar file beside a configuration: it becomes part of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import ConfigError
from organism.settings import load_foundry_settings

CONFIG = 'name = "x"\n[history]\nworld = "planted"\n'
NO_FUNDING = "configs/grammars/no-funding.toml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "run.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_a_grammar_given_beside_the_configuration_changes_what_the_run_is(config: Path, tmp_path: Path) -> None:
    grammar = tmp_path / "grammar.toml"
    grammar.write_text('only = ["above", "returns"]\n[weights]\nreturns = 2\n', encoding="utf-8")
    plain, chosen = load_foundry_settings(config), load_foundry_settings(config, grammar)
    assert chosen.search.grammar.only == ("above", "returns")
    assert chosen.search.priors().opcode_weights == {"returns": 2.0}
    assert chosen.identity() != plain.identity()
    # What the file says is the run's, and not where it lay.
    other = tmp_path / "other.toml"
    grammar.rename(other)
    assert load_foundry_settings(config, other).identity() == chosen.identity()


def test_a_configuration_may_name_its_grammar_and_another_one_replaces_it(config: Path, tmp_path: Path) -> None:
    config.write_text(f'{CONFIG}[search]\npopulation = 30\ngrammar = "{NO_FUNDING}"\n', encoding="utf-8")
    settings = load_foundry_settings(config)
    assert "funding_rate" in settings.search.priors().excluded_opcodes
    assert settings.search.population == 30
    grammar = tmp_path / "grammar.toml"
    grammar.write_text('excluded = ["rsi"]\n', encoding="utf-8")
    assert load_foundry_settings(config, grammar).search.priors().excluded_opcodes == {"rsi"}


def test_a_wrong_grammar_is_refused_by_the_name_of_its_file(config: Path, tmp_path: Path) -> None:
    grammar = tmp_path / "grammar.toml"
    grammar.write_text('only = ["abov"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"grammar\.toml: only names 'abov'; did you mean 'above'"):
        load_foundry_settings(config, grammar)
    with pytest.raises(ConfigError, match=r"nothing\.toml does not exist"):
        load_foundry_settings(config, tmp_path / "nothing.toml")
