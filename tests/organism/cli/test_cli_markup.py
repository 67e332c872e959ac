"""Names with SQL, paths, control characters and markup: through every verb inert, on every page escaped."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evolution.run.layout import RunFolder
from organism.home import Home
from organism.registry.evidence import read_pack, write_pack
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from organism.report.data import LeaderboardReport, LeaderboardRow, MarketSection
from organism.report.leaderboard_page import write_leaderboard
from organism.report.strategy_page import write_strategy_page
from organism.views.reports import strategy_report
from tests.organism.report.whole import whole

Organism = Callable[..., Any]

NAMES = {
    "sql": "x'; DROP TABLE strategies; --",
    "path": "../../../etc/passwd",
    "terminal": "\x1b]0;owned\x07\x1b[2J",
    "markup": "<script>alert(1)</script>",
    "rich": "[bold red]x[/bold red][link=file:///etc]",
    "bidirectional": "\u202egnp.exe",
    "newline": "one\ntwo",
    "formula": "=1+1",
    "long": "a" * 5000,
}


def is_inert(text: str) -> bool:
    """Tell whether a terminal would act on nothing in it."""
    return all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize(
    "verb",
    [
        ["registry", "show"],
        ["registry", "lineage"],
        ["replay"],
        ["report"],
        ["validate"],
        ["evolve", "show"],
        ["evolve", "resume"],
        ["registry", "list", "--state"],
        ["evolve", "start"],
        ["data", "check"],
    ],
    ids=" ".join,
)
def test_a_hostile_name_is_refused_in_one_inert_line(
    verb: list[str], name: str, organism: Organism, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    said = organism(*verb, name).refuses("")
    assert is_inert(said)
    assert len(said) < 6_000


def test_the_registry_is_as_it_was_after_hostile_ids(organism: Organism, finished_home: Home, tmp_path: Path) -> None:
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    with Registry.open(home.registry_path) as registry:
        before = registry.find()
    for name in NAMES.values():
        organism("registry", "retire", name, "--reason", "none").refuses("unknown strategy id")
    with Registry.open(home.registry_path) as registry:
        assert registry.find() == before


def test_a_hostile_reason_is_kept_and_shown_inert(organism: Organism, judged: Home, tmp_path: Path) -> None:
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    with Registry.open(home.registry_path) as registry:
        graduate = registry.find(states=[LifecycleState.CANDIDATE])[0].id
    assert organism("registry", "retire", graduate, "--reason", "".join(NAMES.values())).code == 0
    shown = organism("registry", "show", graduate)
    assert shown.code == 0
    assert is_inert(shown.out)


def test_a_run_whose_folder_has_a_hostile_name_is_listed_inert(
    organism: Organism, finished_home: Home, tmp_path: Path
) -> None:
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    [manifest] = home.runs.glob("*/manifest.json")
    name = "\x1b[2J<script>[bold]\u202e"
    RunFolder(manifest.parent).path.rename(home.runs / name)
    for verb in (["evolve", "list"], ["evolve", "show", name], ["doctor"]):
        done = organism(*verb)
        assert is_inert(done.out + done.err), verb


class Tags(HTMLParser):
    """Collects every element of a page with what a payload could hide in it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.seen += [f"{tag}.{name}" for name, _ in attributes if name.startswith("on")]


def tags(path: Path) -> list[str]:
    parser = Tags()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.seen


MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;--></style>"


def test_markup_in_evidence_adds_nothing_to_the_page(judged: Home, tmp_path: Path) -> None:
    with Registry.open(judged.registry_path) as registry:
        packs = [read_pack(judged.evidence, row.evidence_sha256) for row in registry.verdicts()]
    pack = max(packs, key=lambda found: len(found.document["slices"]))
    document = dict(pack.document)
    plain = read_pack(tmp_path, write_pack(tmp_path, {**document, "weaker_than_base": ["x"]}, pack.arrays))
    for key in ("strategy_id", "rendered", "reason", "snapshot_id", "policy_hash", "verdict"):
        document[key] = MARKUP
    document["weaker_than_base"] = [MARKUP]
    document["stages"] = [{**stage, "meaning": MARKUP, "stage": MARKUP} for stage in document["stages"]]
    document["slices"] = [
        {**part, "coins": [{**coin, "coin": MARKUP} for coin in part["coins"]]} for part in document["slices"]
    ]
    hostile = read_pack(tmp_path, write_pack(tmp_path, document, pack.arrays))
    plain_page, hostile_page = tmp_path / "plain.html", tmp_path / "hostile.html"
    rest = whole()
    write_strategy_page(replace(rest, said=strategy_report(plain, "testing")), plain_page)
    write_strategy_page(replace(rest, said=strategy_report(hostile, MARKUP), untraced=MARKUP), hostile_page)
    assert tags(hostile_page) == tags(plain_page)
    assert "<script>alert" not in hostile_page.read_text()


def test_markup_in_a_leaderboard_adds_nothing_to_the_page(tmp_path: Path) -> None:
    def page(word: str) -> Path:
        row = LeaderboardRow(word, word, word, 1.0, None, None, 0.1, 7, word)
        section = MarketSection(name=word, description=word, rows=(row,), notes=(word,))
        path = tmp_path / f"{len(word)}.html"
        write_leaderboard(LeaderboardReport(word, word, (section,)), path)
        return path

    assert tags(page(MARKUP)) == tags(page("x"))


@pytest.mark.parametrize("file", ["pack.json", "is_returns.parquet", "is_time_ms.parquet", "checksums.json"])
def test_evidence_altered_by_a_byte_is_noticed_by_replay_and_doctor(
    file: str, organism: Organism, judged: Home, tmp_path: Path
) -> None:
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    with Registry.open(home.registry_path) as registry:
        row = registry.verdicts()[0]
    path = home.evidence / row.evidence_sha256 / file
    content = path.read_bytes()
    path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    organism("replay", row.strategy_id).refuses(f"{file} is not what was written")
    found = organism("doctor", "--json")
    damaged = [finding["what"] for finding in found.json if finding["state"] == "damaged"]
    assert (found.code, damaged) == (1, [f"evidence {row.evidence_sha256[:12]}"])
