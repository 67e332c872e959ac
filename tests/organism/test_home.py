"""Where things are."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import ConfigError
from organism.home import Home


def test_a_home_that_does_not_exist_is_refused_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere' does not exist.*organism data import.*organism evolve start"):
        Home.open(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", [Home.open, Home.create])
def test_a_file_is_not_a_home(tmp_path: Path, verb: object) -> None:
    (tmp_path / "file").write_text("")
    assert callable(verb)
    with pytest.raises(ConfigError, match="file'"):
        verb(tmp_path / "file")


@pytest.mark.parametrize("verb", [Home.open, Home.create])
def test_a_path_that_no_file_system_has_is_refused(verb: object) -> None:
    assert callable(verb)
    with pytest.raises(ConfigError, match=r"a\\x00b"):
        verb(Path("a\0b"))


def test_create_makes_the_folders_and_can_be_repeated(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "deep" / "home")
    assert Home.create(home.root) == Home.open(home.root) == home
    assert {folder.name for folder in home.root.iterdir()} == {
        "lake",
        "snapshots",
        "runs",
        "evidence",
        "reports",
        "configs",
    }
    assert home.registry_path == home.root / "registry.sqlite"


def test_the_root_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home.create(Path("var")).runs == tmp_path.resolve() / "var" / "runs"
