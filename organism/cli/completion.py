"""What the shell offers for a name that is being typed: runs and strategies of the home, without opening either."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from organism.cli.common import DEFAULT_HOME

MOST = 100


def runs(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the runs whose names begin so."""
    folder = _home(ctx) / "runs"
    names = sorted(path.parent.name for path in folder.glob("*/manifest.json"))
    return [name for name in names if name.startswith(incomplete) and name.isprintable()][:MOST]


def strategies(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the strategies whose ids begin so."""
    from organism.registry.names import strategy_names

    return strategy_names(_home(ctx) / "registry.sqlite", incomplete)


def runs_and_strategies(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return both, for verbs that take either."""
    return [*runs(ctx, incomplete), *strategies(ctx, incomplete)]


def reports(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return what can follow `organism report`: both, and the command inside as soon as its first letter is typed."""
    inside = ["compare"] if incomplete and "compare".startswith(incomplete) else []
    return [*inside, *runs_and_strategies(ctx, incomplete)]


def _home(ctx: typer.Context) -> Path:
    return Path(ctx.params.get("home") or os.environ.get("ORGANISM_HOME") or DEFAULT_HOME)
