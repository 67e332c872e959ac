"""The command line, run inside the test's own process."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from organism.cli.main import main
from organism.home import Home


@dataclass(frozen=True)
class Done:
    """What a verb said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    def refuses(self, match: str) -> str:
        """Return the one line of a refusal, which must contain a pattern."""
        assert self.code == 2, self
        assert self.out == "", self.out
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("error: ")
        assert re.search(match, self.err), self.err
        return self.err


@pytest.fixture
def organism(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Done]:
    """Run `organism ...`; the home is `tmp_path / "home"` unless a test says otherwise."""
    monkeypatch.setenv("ORGANISM_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ORGANISM_WORKERS", raising=False)

    def call(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["organism", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Done(code, out, err)

    return call


@pytest.fixture
def home(judged: Home, tmp_path: Path) -> Home:
    """Return a copy of a home in which seven rules of `run-1` were judged, which `organism` takes for its own.

    Two graduated, two were rejected in sample, three wait.
    """
    return Home.open(shutil.copytree(judged.root, tmp_path / "home"))


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """Return where `organism` looks for its home; nothing is there."""
    return tmp_path / "home"
