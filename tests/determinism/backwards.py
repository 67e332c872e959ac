"""`organism ...` after everything was imported in another order: reports first, then each package from its end."""

from __future__ import annotations

import importlib
import pkgutil

NOT_BEFORE_MAIN = ("organism.cli", "organism.registry.migrations")
"""The command line comes last as ever; a migration is loaded by its framework alone."""


def modules(package: str) -> list[str]:
    """Return the modules of a package, the last name first."""
    found = pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
    return sorted((module.name for module in found if not module.name.startswith(NOT_BEFORE_MAIN)), reverse=True)


def import_backwards() -> None:
    """Import in an order that no code of ours chooses."""
    importlib.import_module("organism.report.html")
    for package in ("evolution", "organism", "backtest", "data"):
        for name in modules(package):
            importlib.import_module(name)


if __name__ == "__main__":
    import_backwards()
    from organism.cli.main import main

    main()
