"""Configurations, files of rules and policies that are refused in one line with exit 2, before anything is begun."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Organism = Callable[..., Any]


WORLD = 'name = "x"\n[history]\nworld = "planted"\n'
SIDES = '"roots":{"long_entry":["rising"],"long_exit":["never"],"short_entry":["never"],"short_exit":["never"]}'
RISK = (
    '"risk":{"max_hold":null,"regime_mask":null,"reverse":true,"sizing":"fixed","sizing_window":6,"stop":10,'
    '"target":null,"trailing":null}'
)
RULE = f'{{{RISK},{SIDES},"schema":1}}'
MISSPELT = RULE.replace("rising", "clam")
CALM_MEANT = r"root long_entry, opcode is 'clam'; allowed is one of \d+ names, such as calm"
NEWER = f'{{"costs":{{}},{RISK},{SIDES},"schema":2}}'
UPDATE = "genome schema is 2; allowed is 1; a newer version of the program wrote it: update this one"
CONFIGS = {
    "an unknown key": (WORLD + "[search]\npopulatoin = 30\n", "'search.populatoin'; did you mean 'population'"),
    "an unknown table": (WORLD + "[serch]\n", "unknown key 'serch'; did you mean 'search'"),
    "too few individuals": (WORLD + "[search]\npopulation = 2\n", r"search\.population: .*equal to 8 \(received 2\)"),
    "a share above 1": (WORLD + "[search]\ncrossover_share = 1.5\n", r"crossover_share: .*received 1\.5"),
    "NaN": (WORLD + "years = nan\n", r"history\.years: .*received nan"),
    "infinity": (WORLD + "years = inf\n", r"history\.years: .*received inf"),
    "a word for a number": (WORLD + 'years = "five"\n', r"history\.years: .*received 'five'"),
    "an unknown opcode": (
        WORLD + '[search]\nexcluded_opcodes = ["eval"]\n',
        "excluded_opcodes names 'eval'; known are",
    ),
    "a misspelt regime": (
        WORLD + '[search]\nexcluded_opcodes = ["clam"]\n',
        r"excluded_opcodes names 'clam'; did you mean 'calm'\?$",
    ),
    "a misspelt regime in a grammar": (
        WORLD + "[search.grammar.weights]\nclam = 2.0\n",
        r"grammar: weights names 'clam'; did you mean 'calm'\?$",
    ),
    "a misspelt regime in a rule": (
        WORLD + f"[search]\nwarm_start = ['{MISSPELT}']\n",
        rf"warm_start\[0\]: {CALM_MEANT}",
    ),
    "a rule of a newer schema": (
        WORLD + f"[search]\nwarm_start = ['{RULE}', '{NEWER}']\n",
        rf"search.warm_start: warm_start\[1\]: {UPDATE}$",
    ),
    "a rule of a newer schema to keep away from": (
        WORLD + f"[search]\navoided = ['{NEWER}']\n",
        rf"search.avoided: avoided\[0\]: {UPDATE}$",
    ),
    "a grammar that is no file": (
        WORLD + '[search]\ngrammar = "x.toml"\n',
        r"file .*/x\.toml does not exist",
    ),
    "a grammar without a truth": (WORLD + '[search.grammar]\nonly = ["sma"]\n', "no rule can be built of sma; allow a"),
    "depths the wrong way round": (WORLD + "[search]\nminimum_depth = 6\n", "minimum_depth 6 is above maximum_depth 2"),
    "an unknown world": (
        'name = "x"\n[history]\nworld = "plantet"\n',
        "'planted', 'planted-session', 'empty'.*received 'plantet'",
    ),
    "a world with coins": (WORLD + 'coins = ["BTC"]\n', "a world brings its own coins"),
    "real bars of nowhere": (
        'name = "x"\n[history]\ncoins = ["BTC"]\nfolder = "somewhere"\n',
        "history: history of real bars needs a venue, none is given: name the one that they come from",
    ),
    "no history": ('name = "x"\n', "history: Field required"),
    "a name that is a path": (WORLD.replace('"x"', '"../x"'), r"name: .*received '\.\./x'"),
    "no TOML": ("name = ", "is not valid TOML"),
    "a key twice": ('name = "x"\n' + WORLD, "is not valid TOML"),
    "an unknown interval": (
        'name = "x"\n[history]\nvenue = "test"\ncoins = ["BTC"]\ninterval = "7h"\n',
        "interval '7h' is unknown",
    ),
    "a folder that is not there": (
        'name = "x"\n[history]\nvenue = "test"\ncoins = ["BTC"]\nfolder = "/no/such/folder"\n',
        "history folder /no/such/folder does not exist",
    ),
    "coins that were never imported": (
        'name = "x"\n[history]\nvenue = "test"\ncoins = ["BTC"]\n',
        "the lake has no bars of test BTC 1h: it has nothing",
    ),
}


@pytest.mark.parametrize("what", CONFIGS)
def test_a_bad_configuration_is_refused_and_there_is_no_run(
    what: str, organism: Organism, nowhere: Path, tmp_path: Path
) -> None:
    text, message = CONFIGS[what]
    config = tmp_path / "config.toml"
    config.write_text(text)
    organism("evolve", "start", config).refuses(message)
    assert not nowhere.exists() or not any(path.is_file() for path in nowhere.rglob("*"))


@pytest.mark.parametrize("option", ["--warm-start", "--avoid"])
def test_a_file_of_rules_that_is_not_there_is_refused(
    option: str, organism: Organism, nowhere: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(WORLD)
    organism("evolve", "start", config, option, tmp_path / "none.jsonl").refuses("none.jsonl cannot be read")
    assert not nowhere.exists() or not any(path.is_file() for path in nowhere.rglob("*"))


@pytest.mark.parametrize(("line", "message"), [(MISSPELT, CALM_MEANT), (NEWER, UPDATE)], ids=["misspelt", "newer"])
@pytest.mark.parametrize("option", ["--warm-start", "--avoid"])
def test_a_file_of_rules_is_refused_with_the_line_and_what_to_do(
    option: str, line: str, message: str, organism: Organism, nowhere: Path, tmp_path: Path
) -> None:
    config, rules = tmp_path / "config.toml", tmp_path / "rules.jsonl"
    config.write_text(WORLD)
    rules.write_text(f"# mine\n{RULE}\n{line}\n")
    organism("evolve", "start", config, option, rules).refuses(rf"file of rules .*rules\.jsonl, line 3: {message}")
    assert not nowhere.exists() or not any(path.is_file() for path in nowhere.rglob("*"))


@pytest.mark.parametrize("name", ["missing.toml", "folder", "binary.toml"])
def test_a_configuration_that_cannot_be_read_is_refused(name: str, organism: Organism, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    said = organism("evolve", "start", tmp_path / name).refuses("configuration file")
    assert str(tmp_path / name) in said


def test_a_bad_policy_is_refused_before_anything_is_judged(organism: Organism, nowhere: Path, tmp_path: Path) -> None:
    nowhere.mkdir()
    policy = tmp_path / "policy.toml"
    policy.write_text("[held_out]\nminimum_sharp = 1.0\n")
    organism("validate", "--policy", policy).refuses("unknown key 'held_out.minimum_sharp'; did you mean")
    assert list(nowhere.iterdir()) == []


def test_a_policy_below_the_base_rule_needs_its_flag(organism: Organism, nowhere: Path, tmp_path: Path) -> None:
    nowhere.mkdir()
    policy = tmp_path / "policy.toml"
    policy.write_text("[held_out]\nminimum_sharpe = 1.0\n")
    organism("validate", "--policy", policy).refuses("held_out.minimum_sharpe is 1, below 2.*--weaker-than-base")
    assert organism("validate", "--policy", policy, "--weaker-than-base").code == 1
    assert organism("validate", "--policy", "base").code == 1


def test_rules_that_contradict_each_other_are_refused(organism: Organism, nowhere: Path, tmp_path: Path) -> None:
    nowhere.mkdir()
    policy = tmp_path / "policy.toml"
    policy.write_text("[risk_target]\nmaximum_drawdown = 0.2\n[in_sample]\nmaximum_drawdown = 0.1\n")
    assert organism("validate", "--policy", policy).refuses(
        "risk_target.maximum_drawdown is 0.2, allowed is at most in_sample.maximum_drawdown, 0.1: .*; lower the one"
    )
