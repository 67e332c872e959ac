"""What the version of the code is made of (clauses A4 and A7 of docs/semantics.md)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from backtest.kernel_equity import mark
from data import code_version
from data.jit import jit


def version_of(monkeypatch: pytest.MonkeyPatch, root: Path) -> str:
    """Return the version of a checkout that lies in `root`."""
    monkeypatch.setattr(code_version, "ROOT", root)
    return code_version.code_version.__wrapped__()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Two sources that give a backtest its meaning, one that does not, and a lock."""
    files = {"data/a.py": "A", "backtest/inner/b.py": "B", "organism/cli/c.py": "C", "requirements.lock": "L"}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_code_version_is_the_sha256_of_sources_and_lock(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clause A7, by hand: name, zero byte, content, zero byte of each source, package after package; then the lock."""
    sources = hashlib.sha256(b"data/a.py\0A\0" + b"backtest/inner/b.py\0B\0").hexdigest()
    assert version_of(monkeypatch, checkout) == hashlib.sha256(sources.encode() + b"L").hexdigest()


@pytest.mark.parametrize(
    ("name", "is_semantic"),
    [("data/a.py", True), ("backtest/inner/b.py", True), ("requirements.lock", True), ("organism/cli/c.py", False)],
)
def test_code_version_changes_with_every_semantic_source_and_the_lock_alone(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_semantic: bool
) -> None:
    """Clause A7."""
    before = version_of(monkeypatch, checkout)
    (checkout / name).write_text("another")
    assert (version_of(monkeypatch, checkout) != before) is is_semantic


def test_compiled_arithmetic_is_strict() -> None:
    """Clause A4: (1e16 + 1) - 1e16 is 0 as written; an order chosen for speed could make it 1."""

    def added_and_taken(large: float, small: float) -> float:
        return (large + small) - large

    compiled = jit(added_and_taken)
    assert compiled.targetoptions["fastmath"] is False
    assert mark.targetoptions["fastmath"] is False
    assert compiled(1e16, 1.0) == 0.0
