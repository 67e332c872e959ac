"""Pictures of the dashboard: `python -m tests.pictures` writes those of docs/pictures anew, `--all FOLDER` every one.

That of a report, two chapters of the page of a strategy, is taken by Chromium.

They are drawn from a small run that is the same each time: its seed is fixed, and so are the seconds it says it took.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual.widgets import Static

from data.canonical import canonical_json
from data.settings import load_settings
from evolution.run.layout import RunFolder
from organism.dashboard.app import OrganismApp
from organism.dashboard.themes import DARK, LIGHT
from organism.foundry import evolve, start_run
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.store import Registry
from organism.report.chromium import picture as picture_of
from organism.report.document import Figure, Heading, Section
from organism.report.document_page import document_page
from organism.report.in_words.strategy import strategy_document
from organism.report.strategy_figures import strategy_slots
from organism.settings import FoundrySettings
from organism.views.chapters.gather import whole_report

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/pictures"
SIZES = {"small": (80, 24), "large": (160, 48)}
THEMES = {"dark": DARK, "light": LIGHT}
SETTINGS = {
    "name": "picture",
    "seed": 3,
    "workers": 1,
    "history": {"world": "planted", "world_seed": 1, "years": 3.0},
    "search": {"population": 60, "offspring": 60, "generations": 20, "minimum_trades": 40, "registered": 12},
}
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECONDS = {"evaluate": 0.062, "breed": 0.011, "prove": 0.009, "record": 0.004, "save": 0.003, "select": 0.001}
FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
Ready = Callable[[OrganismApp], bool]


def said(selector: str, *words: str) -> Ready:
    """Wait until a part of the screen says so."""

    def holds(app: OrganismApp) -> bool:
        found = app.screen.query(selector)
        return bool(found) and all(word in str(found.first(Static).content) for word in words)

    return holds


SCREENS: dict[str, tuple[tuple[str, ...], Ready]] = {
    "run": ((), said("#status", "generation")),
    "lineage": (("l",), said("#beside-text", "equities")),
    "strategy": (("3", "right"), said("#strategy-gates", "asked for")),
    "registry": (("4",), said("#card-text", "submitted")),
}
"""Keys that lead to each screen, and when it is drawn."""
REPORT, PICTURED = "report", ("trades", "equity")
"""Name of the picture of a report, and the chapters that are on it."""
DOCUMENTED = ("run-small-dark", "lineage-large-dark", "strategy-small-light", "registry-small-dark")


def make_home(folder: Path) -> Home:
    """Breed, judge, and say that it took the same time as always."""
    home = Home.create(folder)
    settings = FoundrySettings.model_validate(SETTINGS)
    run = start_run(settings, home)
    evolve(run, home, workers=0, watch=lambda _: None, should_stop=lambda: False, clock=lambda: NOW)
    _fix_pace(run)
    with Registry.open(home.registry_path) as registry:
        policy = load_settings(GauntletPolicy, ROOT / "configs/gauntlet.toml")
        judge_testing(home, registry, policy, NOW, lambda _: None)
    return home


def _fix_pace(run: RunFolder) -> None:
    n_lines = run.pace.read_bytes().count(b"\n")
    lines = [{"generation": g, "seconds": SECONDS, "memory_megabytes": 402.0} for g in range(n_lines)]
    run.pace.write_bytes(b"".join(canonical_json(line) + b"\n" for line in lines))


async def picture(home: Home, screen: str, size: tuple[int, int], theme: str) -> str:
    """Return a screen as SVG, without fonts from elsewhere."""
    keys, is_ready = SCREENS[screen]
    app = OrganismApp(home)
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        await _until(pilot, app, said("#status", "generation"))
        for key in keys:
            await pilot.press(key)
        await _until(pilot, app, is_ready)
        await pilot.pause(0.2)
        return FONT.sub("", app.export_screenshot(title="organism dashboard"))


async def _until(pilot: Any, app: OrganismApp, holds: Ready, seconds: float = 120.0) -> None:
    for _ in range(int(seconds / 0.05)):
        await pilot.pause(0.05)
        if holds(app):
            return
    raise AssertionError("the screen was never drawn")


def named(home: Home, name: str) -> str:
    """Return the picture of a name such as `run-small-dark`."""
    screen, size, theme = name.split("-")
    return asyncio.run(picture(home, screen, SIZES[size], THEMES[theme]))


def picture_report(home: Home, target: Path) -> None:
    """Take a picture of the figures of trades and equity on the page of the strategy that came furthest."""
    with Registry.open(home.registry_path) as registry:
        row = max(registry.verdicts(), key=lambda found: (len(found.stages_json), found.strategy_id))
        report = whole_report(home, registry, registry.get(row.strategy_id), row)
    document = strategy_document(report)
    sections = tuple(_figures_of(part) for part in document.sections if part.name in PICTURED)
    drawn = {block.name for part in sections for block in part.blocks if isinstance(block, Figure)}
    slots = [slot for slot in strategy_slots(report) if slot.name in drawn]
    page = document_page(replace(document, sections=sections), slots)
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "page.html"
        path.write_text(page, encoding="utf-8")
        picture_of(path, target, width=1_000)


def _figures_of(part: Section) -> Section:
    return Section(part.title, tuple(block for block in part.blocks if isinstance(block, Figure | Heading)))


def main() -> None:
    """Write pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", type=Path, help="Folder for every screen in both sizes and themes.")
    asked = parser.parse_args()
    every = tuple(f"{screen}-{size}-{theme}" for screen in SCREENS for size in SIZES for theme in THEMES)
    folder, names = (FOLDER, DOCUMENTED) if asked.all is None else (asked.all, every)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        home = make_home(Path(made) / "home")
        for name in names:
            (folder / f"{name}.svg").write_text(named(home, name), encoding="utf-8")
        picture_report(home, folder / f"{REPORT}.png")


if __name__ == "__main__":
    main()
