"""What a stranger may hand over by mistake: refused in one line with exit 2, and nothing lost or left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

Frame = pd.DataFrame
Organism = Callable[..., Any]


def bars(n_bars: int = 48, first: str = "2024-01-01") -> Frame:
    times = pd.date_range(first, periods=n_bars, freq="h", tz="UTC")
    return Frame({"date": times, "open": 100.0, "high": 101.0, "low": 99.0, "close": 100.5, "volume": 5.0})


def with_value(column: str, value: float) -> Frame:
    frame = bars()
    frame.loc[7, column] = value
    return frame


def in_milliseconds(frame: Frame) -> pd.Series[int]:
    return (frame["date"] - pd.Timestamp(0, tz="UTC")) // pd.Timedelta("1ms")


def naive() -> Frame:
    frame = bars()
    frame["date"] = frame["date"].dt.tz_localize(None)
    return frame


def mixed_units() -> Frame:
    frame = bars()
    stamps = in_milliseconds(frame)
    frame["date"] = stamps.where(stamps.index < 20, stamps // 1000)
    return frame


DEFECTS: dict[str, tuple[Frame, str]] = {
    "tz-naive times": (naive(), "times without a zone"),
    "times in two units": (mixed_units(), r"mixed units \(28 in seconds, 20 in milliseconds\)"),
    "unsorted bars": (bars().iloc[::-1], r"47 of 48 rows earlier than the one before \(unsorted\)"),
    "duplicate bars": (pd.concat([bars().iloc[:5], bars().iloc[4:]]), "1 of 49 rows with the time of the one before"),
    "bars off the hour": (bars(first="2024-01-01 00:30"), "48 of 48 rows off the grid"),
    "NaN": (with_value("close", np.nan), "with NaN or infinite close; first is row 7"),
    "infinity": (with_value("high", np.inf), "with NaN or infinite high"),
    "a zero price": (with_value("low", 0.0), "with zero or negative low"),
    "a negative price": (with_value("open", -1.0), "with zero or negative open"),
    "high below low": (with_value("high", 98.0), "with high < low"),
    "a close above the high": (with_value("close", 102.0), "with high below open or close"),
    "negative volume": (with_value("volume", -1.0), "with negative volume"),
    "no rows": (bars(0), "it has no rows"),
    "one row": (bars(1), "only one row"),
    "a missing column": (bars().drop(columns="volume"), "has no column volume"),
}


def broken_files(folder: Path) -> dict[str, tuple[Path, str]]:
    whole = folder / "whole.parquet"
    bars().to_parquet(whole)
    content = whole.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 0xFF
    texts: dict[str, tuple[str, bytes, str]] = {
        "a truncated file": ("cut.parquet", content[: len(content) // 2], "truncated, damaged or not .parquet"),
        "a damaged page": ("flipped.parquet", bytes(flipped), "truncated, damaged or not .parquet"),
        "a file of another kind": ("text.parquet", b"hello", "truncated, damaged or not .parquet"),
        "a CSV cut inside a row": ("cut.csv", bars().to_csv(index=False).encode()[:500], "truncated, damaged"),
        "an empty file": ("empty.csv", b"", "truncated, damaged or not .csv: Empty CSV file"),
        "an unknown ending": ("bars.xlsx", content, r"allowed endings are \.parquet or \.csv or \.feather"),
    }
    files = {"a missing file": (folder / "nowhere.csv", "does not exist"), "a folder": (folder, "not a file")}
    for what, (name, body, message) in texts.items():
        (folder / name).write_bytes(body)
        files[what] = (folder / name, message)
    return files


BROKEN = (
    "a missing file",
    "a folder",
    "a truncated file",
    "a damaged page",
    "a file of another kind",
    "a CSV cut inside a row",
    "an empty file",
    "an unknown ending",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Return the file of a defect and what its refusal says."""
    if request.param in BROKEN:
        return broken_files(tmp_path)[request.param]
    frame, message = DEFECTS[request.param]
    path = tmp_path / "bars.csv"
    frame.to_csv(path, index=False)
    return path, message


@pytest.mark.parametrize("bad", [*DEFECTS, *BROKEN], indirect=True)
def test_a_bad_file_is_refused_by_check_and_import_and_leaves_no_trace(
    bad: tuple[Path, str], organism: Organism, home: Path
) -> None:
    path, message = bad
    for verb in (["data", "check", path], ["data", "import", path, "--coin", "BTC", "--venue", "test"]):
        assert str(path) in organism(*verb).refuses(message)
    assert not home.exists()


def imported(organism: Organism, tmp_path: Path) -> None:
    """Put 48 good bars of BTC into the home."""
    path = tmp_path / "good.csv"
    bars().to_csv(path, index=False)
    assert organism("data", "import", path, "--coin", "BTC", "--venue", "test").code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--coin", "B/C", "--venue", "test"], "coin 'B/C' is not a name"),
        (["--coin", "BTC", "--venue", ".."], r"venue '\.\.' is not a name"),
        (["--coin", "BTC", "--venue", "test", "--interval", "7h"], "interval '7h' is unknown: choose one of 1m, 5m"),
        (["--coin", "BTC", "--venue", "test", "--interval", "2h"], "24 of 48 rows off the grid"),
    ],
)
def test_a_bad_name_or_interval_is_refused(
    options: list[str], message: str, organism: Organism, tmp_path: Path
) -> None:
    path = tmp_path / "bars.csv"
    bars().to_csv(path, index=False)
    organism("data", "import", path, *options).refuses(message)
    assert not any(path.is_file() for path in (tmp_path / "home").rglob("*"))


def test_bad_funding_beside_good_bars_keeps_neither(organism: Organism, home: Path, tmp_path: Path) -> None:
    good, funding = tmp_path / "bars.csv", tmp_path / "funding.csv"
    bars().to_csv(good, index=False)
    rates = Frame({"date": bars()["date"], "funding_rate": 1e-5})
    rates.loc[3, "funding_rate"] = np.inf
    rates.to_csv(funding, index=False)
    arguments = ["data", "import", good, "--funding", funding, "--coin", "BTC", "--venue", "test"]
    assert str(funding) in organism(*arguments).refuses("1 of 48 rows with NaN or infinite rate; first is row 3")
    assert not home.exists()


def test_bars_that_disagree_with_the_lake_are_refused_and_the_lake_is_as_it_was(
    organism: Organism, home: Path, tmp_path: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    imported(organism, tmp_path)
    before = contents(home)
    other = tmp_path / "other.csv"
    with_value("close", 100.75).to_csv(other, index=False)
    organism("data", "import", other, "--coin", "BTC", "--venue", "test").refuses("1 rows disagree with those in")
    assert contents(home) == before


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
    what: str, organism: Organism, home: Path, tmp_path: Path
) -> None:
    text, message = CONFIGS[what]
    config = tmp_path / "config.toml"
    config.write_text(text)
    organism("evolve", "start", config).refuses(message)
    assert not home.exists() or not any(path.is_file() for path in home.rglob("*"))


@pytest.mark.parametrize("option", ["--warm-start", "--avoid"])
def test_a_file_of_rules_that_is_not_there_is_refused(
    option: str, organism: Organism, home: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(WORLD)
    organism("evolve", "start", config, option, tmp_path / "none.jsonl").refuses("none.jsonl cannot be read")
    assert not home.exists() or not any(path.is_file() for path in home.rglob("*"))


@pytest.mark.parametrize(("line", "message"), [(MISSPELT, CALM_MEANT), (NEWER, UPDATE)], ids=["misspelt", "newer"])
@pytest.mark.parametrize("option", ["--warm-start", "--avoid"])
def test_a_file_of_rules_is_refused_with_the_line_and_what_to_do(
    option: str, line: str, message: str, organism: Organism, home: Path, tmp_path: Path
) -> None:
    config, rules = tmp_path / "config.toml", tmp_path / "rules.jsonl"
    config.write_text(WORLD)
    rules.write_text(f"# mine\n{RULE}\n{line}\n")
    organism("evolve", "start", config, option, rules).refuses(rf"file of rules .*rules\.jsonl, line 3: {message}")
    assert not home.exists() or not any(path.is_file() for path in home.rglob("*"))


@pytest.mark.parametrize("name", ["missing.toml", "folder", "binary.toml"])
def test_a_configuration_that_cannot_be_read_is_refused(name: str, organism: Organism, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    said = organism("evolve", "start", tmp_path / name).refuses("configuration file")
    assert str(tmp_path / name) in said


def test_a_bad_policy_is_refused_before_anything_is_judged(organism: Organism, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    policy = tmp_path / "policy.toml"
    policy.write_text("[held_out]\nminimum_sharp = 1.0\n")
    organism("validate", "--policy", policy).refuses("unknown key 'held_out.minimum_sharp'; did you mean")
    assert list(home.iterdir()) == []


def test_a_policy_below_the_base_rule_needs_its_flag(organism: Organism, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    policy = tmp_path / "policy.toml"
    policy.write_text("[held_out]\nminimum_sharpe = 1.0\n")
    organism("validate", "--policy", policy).refuses("held_out.minimum_sharpe is 1, below 2.*--weaker-than-base")
    assert organism("validate", "--policy", policy, "--weaker-than-base").code == 1
    assert organism("validate", "--policy", "base").code == 1


def test_rules_that_contradict_each_other_are_refused(organism: Organism, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    policy = tmp_path / "policy.toml"
    policy.write_text("[risk_target]\nmaximum_drawdown = 0.2\n[in_sample]\nmaximum_drawdown = 0.1\n")
    assert organism("validate", "--policy", policy).refuses(
        "risk_target.maximum_drawdown is 0.2, allowed is at most in_sample.maximum_drawdown, 0.1: .*; lower the one"
    )


def started(organism: Organism, tmp_path: Path, coins: str) -> Any:
    config = tmp_path / "lake.toml"
    config.write_text(f'name = "x"\n[history]\nvenue = "test"\ncoins = {coins}\n')
    return organism("evolve", "start", config)


def test_a_history_too_short_to_split_is_refused(organism: Organism, home: Path, tmp_path: Path) -> None:
    imported(organism, tmp_path)
    started(organism, tmp_path, '["BTC"]').refuses("history of 48 bars is too short: .* need at least 848 bars in all")
    assert list((home / "runs").iterdir()) == []


def test_coins_that_do_not_overlap_are_refused_by_name(organism: Organism, tmp_path: Path) -> None:
    imported(organism, tmp_path)
    later = tmp_path / "later.csv"
    bars(first="2024-06-01").to_csv(later, index=False)
    assert organism("data", "import", later, "--coin", "ETH", "--venue", "test").code == 0
    started(organism, tmp_path, '["BTC", "ETH"]').refuses(
        "coins do not overlap: BTC shares no bar with any other of BTC, ETH"
    )


READING = [
    ["data", "list"],
    ["evolve", "list"],
    ["evolve", "show", "x"],
    ["evolve", "resume", "x"],
    ["validate"],
    ["registry", "list"],
    ["registry", "show", "x"],
    ["registry", "lineage", "x"],
    ["registry", "retire", "x", "--reason", "y"],
    ["registry", "export", "x", "--to", "z"],
    ["replay", "x"],
    ["report", "x"],
    ["doctor"],
]


@pytest.mark.parametrize("verb", READING, ids=" ".join)
def test_a_home_that_does_not_exist_is_refused_and_not_made(
    verb: list[str], organism: Organism, home: Path, tmp_path: Path
) -> None:
    assert str(home) in organism(*verb).refuses("home .* does not exist: set ORGANISM_HOME")
    assert not home.exists()
    (tmp_path / "file").write_text("mine")
    organism(*verb, "--home", tmp_path / "file").refuses("file' is not a folder: set ORGANISM_HOME")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "verb", [["data", "synth", "empty", "--years", "0.5"], ["evolve", "start", "configs/demo.toml"], ["demo"]]
)
def test_a_home_that_is_a_file_cannot_be_made(verb: list[str], organism: Organism, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    organism(*verb, "--home", tmp_path / "file").refuses("cannot be made .*set ORGANISM_HOME to a folder")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "verb", [["show", "x"], ["lineage", "x"], ["retire", "x", "--reason", "y"], ["export", "x", "--to", "z"]]
)
def test_an_unknown_strategy_is_refused(verb: list[str], organism: Organism, home: Path) -> None:
    home.mkdir()
    assert organism("registry", *verb).refuses("unknown strategy id 'x'; the registry holds 0 strategies")


@pytest.mark.parametrize(
    "verb", [["replay", "gp_1"], ["report", "gp_1"], ["report", ".."], ["report", "../.."], ["validate", ".."]]
)
def test_a_verdict_of_nobody_is_refused(verb: list[str], organism: Organism, home: Path) -> None:
    home.mkdir()
    assert organism(*verb).refuses("unknown strategy id|does not exist; known runs: none yet")


@pytest.mark.parametrize("name", ["x", "..", "a/b", ".hidden", ""])
@pytest.mark.parametrize("verb", ["show", "resume"])
def test_an_unknown_run_is_refused_with_those_there_are(verb: str, name: str, organism: Organism, home: Path) -> None:
    home.mkdir()
    assert organism("evolve", verb, name).refuses("run .* does not exist; known runs: none yet")


def test_an_unknown_state_is_refused_with_those_there_are(organism: Organism, home: Path) -> None:
    home.mkdir()
    assert organism("registry", "list", "--state", "alive").refuses(
        "state 'alive' is unknown; allowed are born, testing"
    )


def test_a_damaged_registry_is_refused(organism: Organism, home: Path) -> None:
    home.mkdir()
    (home / "registry.sqlite").write_bytes(b"SQLite format 3\0" + b"garbage" * 900)
    assert organism("registry", "list").refuses("registry")
    assert organism("validate").refuses("registry")


def test_bars_of_good_history_are_described(organism: Organism, tmp_path: Path) -> None:
    """A test of what is refused must be able to succeed."""
    path = tmp_path / "bars.csv"
    frame = bars().drop(index=[20, 21])
    frame.to_csv(path, index=False)
    done = organism("data", "check", path)
    assert (done.code, done.err) == (0, "")
    assert "46 rows, 2024-01-01 00:00 to 2024-01-02 23:00 UTC, coverage 95.83 %" in done.out
    assert "gap_kept_as_hole: 2, first at 2024-01-01 20:00" in done.out
    report = organism("data", "check", path, "--json").json
    assert (report["n_rows"], [finding["policy"] for finding in report["findings"]]) == (46, ["gap_kept_as_hole"])
