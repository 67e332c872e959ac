"""The model behind each kind of configuration file, and which kind a file is of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import ConfigError
from data.facts.files import FactsFile
from data.settings import Settings, load_settings, load_toml
from data.shown import shown
from data.splice.recipe import Recipe
from evolution.run.grammar_settings import GrammarSettings
from organism.calibrate.plan import CampaignSettings
from organism.configuration.kind import Kind
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.stages.programme import check_left_out
from organism.settings import FoundrySettings, load_foundry_settings

DIRECTIVE = re.compile(r"#:schema\s+\S*?([a-z]+)\.json")
"""The comment by which a file names its schema to an editor."""

MODELS: dict[Kind, type[Settings]] = {
    Kind.RUN: FoundrySettings,
    Kind.GAUNTLET: GauntletPolicy,
    Kind.GRAMMAR: GrammarSettings,
    Kind.CAMPAIGN: CampaignSettings,
    Kind.SPLICE: Recipe,
    Kind.FACTS: FactsFile,
}
HASHES: dict[Kind, tuple[str, Callable[[Any], str]]] = {
    Kind.RUN: ("identity", FoundrySettings.identity),
    Kind.GAUNTLET: ("policy", GauntletPolicy.sha256),
    Kind.CAMPAIGN: ("identity", CampaignSettings.identity),
    Kind.SPLICE: ("recipe", Recipe.sha256),
}
"""Under which hash evidence and manifests name a configuration, for kinds that have one."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A file that has been read and found right."""

    kind: Kind
    settings: Settings
    grammar_file: str | None = None
    """File that the `[search]` table of a run names for its grammar, if it names one."""

    def hash(self) -> tuple[str, str] | None:
        """Return what the hash is called, and the hash; None for kinds without."""
        if self.kind not in HASHES:
            return None
        name, of = HASHES[self.kind]
        return name, of(self.settings)


def read_configuration(path: Path, kind: Kind | None = None) -> Configuration:
    """Read a configuration file.

    Parameters
    ----------
    kind
        What it is; None finds out.

    Raises
    ------
    ConfigError
        Naming each wrong key, the value received and what is allowed; or if nobody can tell what the file is.
    """
    values = load_toml(path)
    kind = kind or _kind_of(path, values)
    if kind is Kind.RUN:
        search = values.get("search")
        named = search.get("grammar") if isinstance(search, dict) else None
        return Configuration(kind, load_foundry_settings(path), named if isinstance(named, str) else None)
    settings = load_settings(MODELS[kind], path)
    if isinstance(settings, GauntletPolicy):
        check_left_out(settings, str(path))
    return Configuration(kind, settings)


def kind_of(path: Path) -> Kind:
    """Return what a configuration file is.

    Raises
    ------
    ConfigError
        If it cannot be read, or nobody can tell.
    """
    return _kind_of(path, load_toml(path))


def _kind_of(path: Path, values: dict[str, Any]) -> Kind:
    """Return the kind that the file names to editors, else the one kind that knows most of its keys."""
    comments = re.match(r"(\s*(#[^\n]*)?\n)*", path.read_text(encoding="utf-8"))
    named = DIRECTIVE.search(comments[0]) if comments else None
    if named and named[1] in list(Kind):
        return Kind(named[1])
    known = {kind: len(values.keys() & model.model_fields.keys()) for kind, model in MODELS.items()}
    most = max(known.values())
    best = [kind for kind, count in known.items() if count == most]
    best = [kind for kind in best if _needs(kind) <= values.keys()] or best
    if most == 0 or len(best) > 1:
        keys = ", ".join(shown(key) for key in list(values)[:8]) or "none"
        raise ConfigError(
            f"{path}: nobody can tell what kind of configuration this is (keys: {keys}); "
            f"say it with --kind {'|'.join(best)}"
        )
    return best[0]


def _needs(kind: Kind) -> set[str]:
    return {name for name, field in MODELS[kind].model_fields.items() if field.is_required()}
