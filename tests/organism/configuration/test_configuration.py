"""A configuration is shown as it is understood, reads back as the same, and says what its file gave."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from data.errors import ConfigError
from data.settings import parse_settings
from data.splice.recipe import Recipe
from organism.configuration.entries import given_names, toml_lines
from organism.configuration.kind import Kind
from organism.configuration.kinds import MODELS, read_configuration
from organism.configuration.schema import json_schema
from organism.settings import FoundrySettings

ROOT = Path(__file__).parents[3]
FILES = sorted([*ROOT.glob("configs/*.toml"), *ROOT.glob("configs/grammars/*.toml")])
RULE = (
    '{"risk":{"max_hold":null,"regime_mask":null,"reverse":true,"sizing":"fixed","sizing_window":6,"stop":10,'
    '"target":null,"trailing":null},"roots":{"long_entry":["rising"],"long_exit":["never"],"short_entry":["never"],'
    '"short_exit":["never"]},"schema":1}'
)
RUN = 'name = "x"\n[history]\nworld = "planted"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "some.toml"
    path.write_text(text, encoding="utf-8")
    return path


def again(path: Path, folder: Path) -> tuple[Any, Any]:
    """Return a configuration as read, and as read from what is shown of it."""
    first = read_configuration(path)
    second = read_configuration(written(folder, "\n".join(toml_lines(first.settings))), first.kind)
    return first.settings, second.settings


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_shown_of_our_files_reads_as_the_same_settings(path: Path, tmp_path: Path) -> None:
    first, second = again(path, tmp_path)
    assert second == first


def test_a_file_may_begin_with_thousands_of_rules(tmp_path: Path) -> None:
    """3,000 rules of some 250 characters: 0.75 MB."""
    rules = f"'{RULE}', " * 3_000
    path = written(tmp_path, f"{RUN}[search]\nwarm_start = [{rules}]\n")
    settings = read_configuration(path).settings
    assert isinstance(settings, FoundrySettings)
    assert settings.search.warm_start == (RULE,) * 3_000


def test_a_file_that_is_too_large_is_told_how_large_it_may_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="larger than 4 MiB, which hold some ten thousand rules: give fewer"):
        read_configuration(written(tmp_path, RUN + "# " + 4_200_000 * "x"))
    with pytest.raises(ConfigError, match="has more than 20,000 dots"):
        read_configuration(written(tmp_path, RUN + f"# {199 * '.'}\n" * 101))


def test_of_very_many_unknown_names_the_first_are_told(tmp_path: Path) -> None:
    names = ", ".join(f"'q{number:02}'" for number in range(60))
    with pytest.raises(ConfigError, match=r"excluded_opcodes names 'q00', .*, 'q07' and 52 more; known are open"):
        read_configuration(written(tmp_path, f"{RUN}[search]\nexcluded_opcodes = [{names}]\n"))


def test_every_kind_of_value_is_written_so_that_it_reads_as_the_same(tmp_path: Path) -> None:
    strange = 'a "quote", a \\, a tab\t, \x1b[31m, \u202e and \N{SNOWMAN}'
    path = written(
        tmp_path,
        'name = "x"\nworkers = 4\n[history]\nvenue = "test"\ncoins = ["BTC", "1000-PEPE"]\nstart = 2024-02-29\n'
        f"folder = {json.dumps(strange)}\nin_sample_only = true\n"
        "[search]\nscreened_share = 1e-9\nexcluded_opcodes = []\noperator_weights = { widen = 0.0 }\n"
        '[[search.objective]]\nmetric = "sharpe"\ngoal = "max"\n[[search.limit]]\nmetric = "turnover"\nmost = 500\n'
        '[search.grammar]\nonly = ["above", "returns"]\nweights = { returns = 2 }\n',
    )
    path.write_text(path.read_text().replace("widen", first_operator()), encoding="utf-8")
    first, second = again(path, tmp_path)
    assert second == first
    assert str(second.history.folder) == strange
    assert "\x1b" not in "\n".join(toml_lines(first))


def first_operator() -> str:
    from evolution.rows.odds import MUTATION_WEIGHTS

    return next(iter(MUTATION_WEIGHTS))


def test_a_line_says_who_gave_the_value(tmp_path: Path) -> None:
    found = read_configuration(
        written(tmp_path, RUN + '[search]\npopulation = 300\n[[search.limit]]\nmetric = "turnover"\nmost = 500.0\n')
    )
    lines = {line.rpartition("#")[0].strip(): line.split()[-1] for line in toml_lines(found.settings) if "#" in line}
    # The default of a population is 300 as well: what counts is that the file says it.
    assert lines["population = 300"] == "file"
    assert lines["offspring = 300"] == "default"
    assert lines['metric = "turnover"'] == "file"
    # Objectives are the default, whoever made them.
    assert lines['metric = "evidence"'] == "default"
    assert lines["# folder is not set"] == "default"
    assert list(given_names(found.settings)) == [
        "name",
        "history.world",
        "search.limit[0].metric",
        "search.limit[0].most",
        "search.population",
    ]


def test_a_grammar_that_a_run_names_is_shown_as_part_of_it(tmp_path: Path) -> None:
    named = "configs/grammars/no-funding.toml"
    found = read_configuration(written(tmp_path, f'{RUN}[search]\ngrammar = "{named}"\n'))
    assert found.grammar_file == named
    assert "search.grammar.excluded" in list(given_names(found.settings))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (RUN, Kind.RUN),
        ("[vault]\nminimum_years = 3\n", Kind.GAUNTLET),
        ('excluded = ["rsi"]\n', Kind.GRAMMAR),
        ('name = "x"\nseed = 1\n[[classes]]\nname = "g"\nworlds = 1\nhistory = {world = "garch"}\n', Kind.CAMPAIGN),
        ('[[coin]]\nname = "BTC"\nmax_leverage = 40\n', Kind.FACTS),
        ("\n# a comment before it\n#:schema ../schema/grammar.json\n", Kind.GRAMMAR),
    ],
)
def test_the_kind_is_told_by_the_keys_or_by_the_schema_that_the_file_names(
    text: str, kind: Kind, tmp_path: Path
) -> None:
    assert read_configuration(written(tmp_path, text)).kind == kind


@pytest.mark.parametrize("text", ["", 'name = "x"\nseed = 1\n[search]\n', "colour = 1\n"])
def test_what_could_be_anything_is_refused_with_what_to_say(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nobody can tell .* say it with --kind \w+\|\w+"):
        read_configuration(written(tmp_path, text))


def test_the_same_file_is_read_once_its_kind_is_said(tmp_path: Path) -> None:
    assert read_configuration(written(tmp_path, ""), Kind.GAUNTLET).kind == Kind.GAUNTLET


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[vault]\nminimum_year = 3\n", r"unknown key 'vault.minimum_year'; did you mean 'minimum_years'\?"),
        ('left_out = ["capacty"]\n', r"left_out names 'capacty', which is no stage; did you mean 'capacity'\?"),
        (RUN + "[search]\npopulatoin = 8\n", r"unknown key 'search.populatoin'; did you mean 'population'\?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        read_configuration(written(tmp_path, text))


@pytest.mark.parametrize("kind", Kind)
def test_the_schema_beside_the_configurations_is_current(kind: Kind) -> None:
    kept = json.loads((ROOT / f"configs/schema/{kind}.json").read_text(encoding="utf-8"))
    assert kept == json_schema(kind), f"organism config schema {kind} > configs/schema/{kind}.json"


def test_every_file_of_ours_names_the_schema_of_its_kind() -> None:
    for path in FILES:
        directive, place = path.read_text(encoding="utf-8").split("\n")[0].split()
        assert directive == "#:schema"
        assert (path.parent / place).resolve() == ROOT / f"configs/schema/{read_configuration(path).kind}.json"


def as_json(values: Any) -> Any:
    """Return what an editor sees of a TOML file: dates as text."""
    return json.loads(json.dumps(values, default=lambda day: day.isoformat()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_editor_finds_nothing_wrong_with_our_files(path: Path) -> None:
    values = as_json(tomllib.loads(path.read_text(encoding="utf-8")))
    schema = json_schema(read_configuration(path).kind)
    assert list(jsonschema.Draft7Validator(schema).iter_errors(values)) == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Kind.RUN, {"history": {"world": "planted"}}),
        (Kind.RUN, {"name": "x", "history": {"world": "plantd"}}),
        (Kind.RUN, {"name": "x", "history": {"world": "planted"}, "search": {"populatoin": 8}}),
        (Kind.RUN, {"name": "x", "history": {"world": "planted"}, "search": {"population": 7}}),
        (Kind.CAMPAIGN, {"name": "x", "seed": 1, "classes": []}),
        (Kind.SPLICE, {"name": "x", "coin": "B", "interval": "7h", "part": [{"venue": "a"}, {"venue": "b"}]}),
        (Kind.RUN, {"name": "x", "history": {"world": "planted"}, "search": {"excluded_opcodes": ["rsj"]}}),
        (Kind.GRAMMAR, {"weights": {"rsj": 1.0}}),
        (Kind.GAUNTLET, {"in_sample": {"maximum_drawdown": 1.0}}),
        (Kind.SPLICE, {"name": "x", "coin": "BTC", "part": [{"venue": "okx"}]}),
    ],
)
def test_what_an_editor_would_mark_is_refused_when_it_is_read(kind: Kind, values: dict[str, Any]) -> None:
    jsonschema.Draft7Validator.check_schema(json_schema(kind))
    assert list(jsonschema.Draft7Validator(json_schema(kind)).iter_errors(values))
    with pytest.raises(ConfigError):
        parse_settings(MODELS[kind], values, source="test")


def test_the_recipe_of_the_handbook_passes_its_schema_and_its_model(tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "name": "btc",
        "coin": "BTC",
        "part": [{"venue": "binance-perp"}, {"venue": "hyperliquid", "start": "2024-09-21"}],
    }
    assert list(jsonschema.Draft7Validator(json_schema(Kind.SPLICE)).iter_errors(values)) == []
    recipe = parse_settings(Recipe, values, source="test")
    text = "\n".join(toml_lines(recipe))
    assert read_configuration(written(tmp_path, text)).settings == recipe
    assert text.count("[[part]]") == 2


def test_half_a_year_is_the_shortest_made_market_here_and_in_data_synth(tmp_path: Path) -> None:
    found = read_configuration(written(tmp_path, f"{RUN}years = 0.5\n")).settings
    assert isinstance(found, FoundrySettings)
    assert found.history.years == 0.5
    with pytest.raises(ConfigError, match=r"history.years: .*greater than or equal to 0.5"):
        read_configuration(written(tmp_path, f"{RUN}years = 0.49\n"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("start = 2024-01-01T00:00:00+09:00", r"history.start: 2024-01-01T00:00:00\+09:00 is not a day of UTC: give"),
        ('start = "2024-01-01T00:00:00+09:00"', r"history.start: 2024-01-01T00:00:00\+09:00 is not a day of UTC: give"),
        ("years = true", "history.years: true is neither a number nor text"),
        ("world_seed = false", "history.world_seed: false is neither a number nor text"),
        ("plant_strength = true", "history.plant_strength: true is neither a number nor text"),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        read_configuration(written(tmp_path, f"{RUN}{line}\n"))


@pytest.mark.parametrize(
    ("line", "day"), [("start = 2024-01-01", 1), ("start = 2024-01-02T00:00:00Z", 2), ('start = "2024-01-03"', 3)]
)
def test_a_day_is_one_of_utc_however_it_is_written(line: str, day: int, tmp_path: Path) -> None:
    found = read_configuration(written(tmp_path, f"{RUN}{line}\nin_sample_only = true\n")).settings
    assert isinstance(found, FoundrySettings)
    assert (found.history.start, found.history.in_sample_only) == (date(2024, 1, day), True)


def test_a_list_is_not_called_short_where_its_elements_are_wrong(tmp_path: Path) -> None:
    objectives = '[[search.objective]]\nmetric = "sharp"\ngoal = "max"\n'
    with pytest.raises(ConfigError, match="metric 'sharp' is unknown; did you mean 'sharpe'") as refused:
        read_configuration(written(tmp_path, f"{RUN}{objectives}"))
    assert "at least 1 item" not in str(refused.value)
    with pytest.raises(ConfigError, match=r"search\.objective: .* at least 1 item"):
        read_configuration(written(tmp_path, f"{RUN}[search]\nobjective = []\n"))
