"""The pictures in the documents are what the dashboard draws."""

from __future__ import annotations

import re

import pytest

from organism.home import Home
from tests.pictures import DOCUMENTED, FOLDER, REPORT, ROOT, make_home, named


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make_home(tmp_path_factory.mktemp("pictures") / "home")


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_picture_is_current(name: str, home: Home) -> None:
    kept = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert named(home, name) == kept, "draw them anew, and look at them: python -m tests.pictures"


def test_the_documents_show_every_picture_that_is_kept() -> None:
    pages = [ROOT / "README.md", ROOT / "docs/dashboard.md", ROOT / "docs/reports.md"]
    texts = [path.read_text(encoding="utf-8") for path in pages]
    shown = {name for text in texts for name in re.findall(r"pictures/([\w-]+\.\w+)", text)}
    kept = {f"{name}.svg" for name in DOCUMENTED} | {f"{REPORT}.png"}
    assert shown == kept == {path.name for path in FOLDER.glob("*")}


def test_the_picture_of_a_report_is_small() -> None:
    assert (FOLDER / f"{REPORT}.png").stat().st_size < 300_000


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_picture_loads_nothing_from_elsewhere(name: str) -> None:
    picture = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\s\"\')]+", picture)) <= {
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",
    }
