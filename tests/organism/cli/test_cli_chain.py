"""The whole chain from files to a report, verb by verb, as a stranger would type it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from data.worlds import make_world
from evolution.genome.codec import from_json
from evolution.genome.hashing import genotype_hash
from organism.rule_file import read_rules

Organism = Callable[..., Any]

CONFIG = """
name = "chain"
seed = 3
workers = 1
[history]
venue = "test"
coins = ["BTC", "ETH"]
[search]
population = 24
offspring = 24
generations = 3
minimum_trades = 10
registered = 8
simplify = false
"""
# Whoever trades at all may pass; what is tested is the chain, not the rules.
POLICY = """
left_out = [
    "profit from the best trade", "sixths of the time with a profit", "profit from one volatility regime",
    "t of alpha over holding", "Sharpe kept with missed fills", "Sharpe kept with a number moved",
    "Sharpe of the worst tenth with a number moved", "Sharpe kept on noisy bars", "joined p-value, corrected",
]
[in_sample]
minimum_trades = 5
minimum_sharpe = -20.0
maximum_drawdown = 0.5
minimum_sharpe_at_doubled_costs = -50.0
minimum_share_kept_one_bar_later = 0.0
[held_out]
minimum_trades = 1
minimum_sharpe = -50.0
maximum_drawdown = 0.9
[walk_forward]
folds = 2
minimum_positive_folds = 1
[vault]
promotions_per_run = 3
minimum_years = 0.5
"""


@pytest.fixture
def files(tmp_path: Path, write_history: Callable[..., Path]) -> Path:
    """Return a folder with the files of two coins, a year of hours each."""
    world = make_world("planted", 4, years=1.0)
    return write_history(tmp_path / "files", [market for market in world.markets if market.coin in {"BTC", "ETH"}])


def test_from_files_to_a_report(organism: Organism, files: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    config, policy = tmp_path / "chain.toml", tmp_path / "policy.toml"
    config.write_text(CONFIG)
    policy.write_text(POLICY)

    _import_both(organism, files)
    run = _evolve(organism, config)
    verdicts = _validate(organism, policy)
    graduates = [verdict["id"] for verdict in verdicts if verdict["verdict"] == "Pass"]
    _registry(organism, run, verdicts, tmp_path)

    # The one that came furthest, and one that no held-out bar was opened for.
    furthest = max(verdicts, key=lambda verdict: len(verdict["stages"]))
    sealed = next(v for v in verdicts if {stage["slice_name"] for stage in v["stages"]} == {"IS"})
    for verdict in (furthest, sealed):
        replayed = organism("replay", verdict["id"], "--json")
        assert (replayed.code, replayed.json["differences"], replayed.json["same_code"]) == (0, [], True)
    assert re.search(r">OOS<", _report_of_a_strategy(organism, furthest, home))
    page = _report_of_a_strategy(organism, sealed, home)
    assert "These rules are weaker than the base rule: in_sample.minimum_sharpe is -20, below 2;" in page
    assert "the vault of real history was opened with --open-vault." in page
    assert "Not shown, because the vault has not opened it: OOS, WF." in page
    assert page.count("sealed, the vault has not opened it for this strategy") == 2
    assert not re.search(r">(OOS|WF)<|out-of-sample|walk-forward", page.partition('id="library"')[0]), (
        "a curve, a coin or a stage of a slice that is sealed"
    )
    _report_of_the_run(organism, run, graduates, home)
    _doctor(organism, home, furthest["evidence_sha256"])


def _import_both(organism: Organism, files: Path) -> None:
    for coin in ("BTC", "ETH"):
        names = [files / f"{coin}_1h.parquet", "--funding", files / f"{coin}_funding.parquet"]
        arguments = ["data", "import", *names, "--coin", coin, "--venue", "test"]
        first = organism(*arguments)
        assert first.code == 0, first.err
        assert f"{coin} 1h of test: 8,760 rows added, 0 known before" in first.out
        again = organism(*arguments, "--json").json
        assert [(report["series"], report["added"], report["known"]) for report in again] == [
            ("1h", 0, 8760),
            ("funding", 0, 8760),
        ]
    listed = organism("data", "list")
    assert "4 series imported, 0 snapshots" in listed.out
    assert [entry["coin"] for entry in organism("data", "list", "--json").json["lake"]] == ["BTC", "BTC", "ETH", "ETH"]


def _evolve(organism: Organism, config: Path) -> str:
    done = organism("evolve", "start", config, "--json")
    assert done.code == 0, done.err
    run = str(done.json["run"])
    assert re.fullmatch(r"chain-3-[0-9a-f]{8}", run)
    assert done.json["is_finished"] is True
    assert 1 <= len(done.json["registered"]) <= 8
    organism("evolve", "start", config).refuses(f"run {run} is finished; judge it with `organism validate`")
    organism("evolve", "resume", run).refuses(f"run {run} is finished; judge it with: organism validate")
    organism("report", "nobody").refuses("unknown strategy id 'nobody'")
    [row] = organism("evolve", "list", "--json").json
    assert (row["run"], row["state"], row["generation"]) == (run, "finished", 3)
    assert row["n_trials"] == done.json["n_trials"]
    shown = organism("evolve", "show", run)
    assert (shown.code, shown.out.split(":")[0]) == (0, run)
    assert "entry: " in shown.out, "the best rules in readable form"
    assert len(organism("evolve", "show", run, "--json").json["generations"]) == 4
    unjudged = done.json["registered"][0]
    organism("replay", unjudged).refuses("has no verdict yet; judge it with: organism validate")
    organism("report", unjudged).refuses("has no verdict yet; judge it with: organism validate")
    return run


def _validate(organism: Organism, policy: Path) -> list[dict[str, Any]]:
    flags = ("--weaker-than-base", "--open-vault")
    organism("validate", "--policy", policy, flags[0]).refuses("is real history.*or say --open-vault")
    done = organism("validate", "--policy", policy, *flags, "--json")
    verdicts: list[dict[str, Any]] = done.json["verdicts"]
    passed = [verdict["id"] for verdict in verdicts if verdict["verdict"] == "Pass"]
    assert sorted(done.json["graduates"]) == sorted(passed)
    assert done.code == (0 if passed else 1)
    said = [line for line in done.err.splitlines() if line]
    assert len(said) == len(verdicts), "each answer is told once, on stderr"
    again = organism("validate", "--policy", policy, *flags)
    assert (again.code, again.err) == (done.code, ""), "nothing is judged twice"
    assert re.search(rf"{len(verdicts)} judged of \S+ .*; {done.json['n_tried']:,} rules tried, ", again.out)
    assert ("GRADUATE" if passed else "nothing graduates") in again.out
    assert "[WEAKER THAN THE BASE RULE] in_sample.minimum_sharpe is -20, below 2; " in again.out
    assert done.json["weaker_than_base"][0] == "in_sample.minimum_sharpe is -20, below 2"
    return verdicts


def _registry(organism: Organism, run: str, verdicts: list[dict[str, Any]], folder: Path) -> None:
    listed = organism("registry", "list", "--json").json
    assert {row["id"] for row in listed} == {verdict["id"] for verdict in verdicts}
    assert {row["run"] for row in listed} == {run}
    rejected = [row["id"] for row in organism("registry", "list", "--state", "rejected", "--json").json]
    assert sorted(rejected) == sorted(verdict["id"] for verdict in verdicts if verdict["verdict"] == "Kill")
    name = verdicts[0]["id"]
    shown = organism("registry", "show", name)
    for part in (name, "entry: ", "risk: ", "Decisions are taken at the close", "round trips", "submitted"):
        assert part in shown.out
    document = organism("registry", "show", name, "--json").json
    assert (document["id"], len(document["verdicts"])) == (name, 1)
    ancestors = organism("registry", "lineage", name, "--json").json["ancestors"]
    # Who made it, how large its family is, and a line an ancestor.
    lines = organism("registry", "lineage", name).out.splitlines()
    assert {line.split()[0] for line in lines[2:]} == {genotype[:16] for genotype in ancestors}
    target = folder / "out" / "genome.json"
    assert organism("registry", "export", name, "--to", target).code == 0
    text = target.read_bytes()
    assert text.count(b"\n") == 1
    assert sha256(text.removesuffix(b"\n")).hexdigest() == document["genotype_hash"] == genotype_hash(from_json(text))
    # Two files put one behind the other are a file of two rules.
    (folder / "both.jsonl").write_bytes(b"# mine\n" + text + text)
    assert read_rules(folder / "both.jsonl") == (text.decode().strip(),) * 2
    organism("registry", "export", name, "--to", folder).refuses("is a folder: give the path of a file")
    assert json.loads(organism("registry", "export", name, "--to", target, "--json").out)["path"] == str(target)
    _retire(organism, verdicts)


def _retire(organism: Organism, verdicts: list[dict[str, Any]]) -> None:
    for verdict in verdicts:
        arguments = ["registry", "retire", verdict["id"], "--reason", "the test is over"]
        becomes = {"Pass": "dead", "Watch": "rejected"}.get(verdict["verdict"])
        if becomes is not None:
            assert organism(*arguments, "--json").json["state"] == becomes
        organism(*arguments).refuses("move .* -> dead is not allowed; allowed from")


def _report_of_a_strategy(organism: Organism, verdict: dict[str, Any], home: Path) -> str:
    path = home / "reports" / f"{verdict['id']}.html"
    assert organism("report", verdict["id"]).out == f"written to {path}\n"
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    body = page[page.index("<body>") :]
    assert body.index("<h2>Verdict<") < body.index("<h2>Rule<") < body.index("<h2>Equity by slice<")
    badge = re.search(r'class="badge \w+">(\w+)<', body)
    assert badge is not None
    assert badge.group(1) in (verdict["answer"], "DEAD"), "the page opens with the verdict"
    for stamp in ("These rules are weaker than the base rule: in_sample.", "These are not the configured rules: "):
        assert body.index(f'class="stamp">{stamp}') < body.index("<h2>Verdict<")
    assert not re.search(r"https?://", page)
    return page


def _report_of_the_run(organism: Organism, run: str, graduates: list[str], home: Path) -> None:
    done = organism("report", run, "--json")
    page = Path(done.json["path"]).read_text(encoding="utf-8")
    assert Path(done.json["path"]) == home / "reports" / f"{run}.html"
    assert f" judged, {len(graduates)} graduated." in page
    assert all(name in page for name in graduates)
    organism("report", run, "--format", "png").refuses(f"--format png is for a strategy, received run {run}")


def _doctor(organism: Organism, home: Path, evidence: str) -> None:
    whole = organism("doctor")
    assert whole.code == 0
    last = whole.out.splitlines()[-1]
    counted = re.fullmatch(r".*: (\d+) of (\d+) parts are whole", last)
    assert counted is not None
    assert counted.group(1) == counted.group(2)
    # What a kill in the middle of writing leaves behind is no damage.
    (home / "evidence" / f".{evidence}.0123.tmp").mkdir()
    assert organism("doctor").out.splitlines()[-1] == last
    path = home / "evidence" / evidence / "pack.json"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b" ")
    damaged = organism("doctor")
    assert damaged.code == 1
    assert f"damaged: evidence {evidence[:12]}" in damaged.out
    path.unlink()
    path.parent.rename(home / "evidence" / "elsewhere")
    gone = organism("doctor", "--json")
    assert gone.code == 1
    assert [finding["what"] for finding in gone.json if finding["state"] == "damaged"] == [f"evidence {evidence[:12]}"]


def test_a_run_that_has_not_begun_can_be_listed_shown_and_reported(organism: Organism, tmp_path: Path) -> None:
    from organism.foundry import start_run
    from organism.home import Home
    from organism.settings import load_foundry_settings

    config = tmp_path / "world.toml"
    config.write_text('name = "early"\n[history]\nworld = "empty"\nyears = 0.6\n')
    folder = start_run(load_foundry_settings(config), Home.create(tmp_path / "home"))
    [row] = organism("evolve", "list", "--json").json
    assert (row["state"], row["generation"], row["best_sharpe"]) == ("unfinished", None, None)
    assert re.search(r"unfinished +not begun +0 genotypes", organism("evolve", "list").out)
    shown = organism("evolve", "show", folder.name)
    assert (shown.code, shown.out) == (0, f"{folder.name}: unfinished, not begun, 0 distinct genotypes scored\n")
    assert "0 distinct genotypes scored so far" in organism("report", folder.name, "--format", "md").out
    organism("evolve", "start", config).refuses(f"exists; go on with: organism evolve resume {folder.name}")
    empty = organism("validate", "--json")
    assert empty.code == 1
    assert (empty.json["graduates"], empty.json["verdicts"], empty.json["n_tried"]) == ([], [], 0)
    named = organism("validate", folder.name)
    assert (named.code, named.out.splitlines()[-1]) == (1, "nothing graduates")


@pytest.mark.parametrize("verb", [("data", "synth", "empty"), ("venue", "serve")], ids=" ".join)
def test_seed_of_more_than_63_bits_is_refused(organism: Organism, verb: tuple[str, ...]) -> None:
    assert organism(*verb, "--seed", 2**63).refuses("--seed.*less than or equal to 9223372036854775807")


def test_a_synthetic_market_can_be_made_and_listed(organism: Organism) -> None:
    made = organism("data", "synth", "empty", "--seed", 2, "--years", 0.5, "--json").json
    assert made["origin"]["seed"] == 2
    [snapshot] = organism("data", "list", "--json").json["snapshots"]
    assert (snapshot["id"], snapshot["bars"]) == (made["snapshot_id"], 4380)
    assert organism("data", "synth", "empty", "--seed", 2, "--years", 0.5).out.endswith(f"snapshot {snapshot['id']}\n")
    assert "0 series imported, 1 snapshots" in organism("data", "list").out
