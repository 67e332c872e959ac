"""One folder to read in, another to stand in, and a watch over both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.canary import WORD
from tests.fuzz.readers import READERS, corpus
from tests.fuzz.watched import read_watched


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Read everything once: what is imported late is imported now, and later imports are a payload's."""
    folder = tmp_path_factory.mktemp("warm")
    for name in READERS:
        for content in corpus(name).values():
            read_watched(name, content, folder / name)


@pytest.fixture(autouse=True)
def silence(
    warm: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Stand in an empty folder, and find it empty and nothing printed after the test."""
    place = tmp_path / "standing"
    place.mkdir()
    monkeypatch.chdir(place)
    capfd.readouterr()
    yield
    assert list(place.iterdir()) == []
    out, err = capfd.readouterr()
    assert WORD not in out + err
    assert out == ""
