"""The manifest of a run: all that it depends on, fixed before it begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from data.code_version import code_version
from data.errors import DataError
from data.settings import parse_settings
from evolution.run.layout import MANIFEST_KEYS, MANIFEST_SCHEMA, STARTED_AT, RunFolder, read_json, write_json
from evolution.run.origin import Origin, origin_from_plain
from organism.settings import FoundrySettings


def write_manifest(folder: RunFolder, settings: FoundrySettings, snapshot_id: str, origin: Origin) -> None:
    """Fix what a run is made of: its settings, the snapshot of its whole history, and what it is bred on."""
    write_json(
        folder.manifest,
        {
            "schema": MANIFEST_SCHEMA,
            "run": folder.name,
            "settings": settings.model_dump(mode="json"),
            "seed": settings.seed,
            "snapshot_id": snapshot_id,
            "origin": asdict(origin),
        },
    )


def run_settings(folder: RunFolder) -> FoundrySettings:
    """Return what a run was started with.

    Raises
    ------
    DataError
        If its manifest is damaged.
    ConfigError
        If its manifest or the code are no longer those it was started with, saying which.
    """
    return own_manifest(folder)[1]


def read_manifest(folder: RunFolder) -> tuple[dict[str, Any], FoundrySettings]:
    """Return the manifest of a run and the settings in it, whatever version of the program has written it.

    Raises
    ------
    DataError
        If it is damaged.
    ConfigError
        If this version has no such settings.
    """
    manifest = read_json(folder.manifest, *MANIFEST_KEYS)
    if not isinstance(manifest["settings"], dict):
        raise DataError(f"{folder.manifest} is damaged, its settings are no object; restore it from a backup")
    return manifest, parse_settings(FoundrySettings, manifest["settings"], source=f"manifest of run {folder.name}")


def own_manifest(folder: RunFolder) -> tuple[dict[str, Any], FoundrySettings]:
    """Return the manifest of a run that this very code can go on with, and the settings in it.

    Raises
    ------
    DataError
        If it is damaged.
    ConfigError
        If it or the code are no longer those that the run was started with, saying which.
    """
    manifest, settings = read_manifest(folder)
    origin = origin_from_plain(manifest["origin"], str(folder.manifest))
    Origin(settings.identity(), origin.snapshot, code_version()).check(origin, f"run {folder.name}")
    return manifest, settings


def begun(folder: RunFolder, manifest: dict[str, Any], clock: Callable[[], datetime]) -> dict[str, Any]:
    """Return the manifest with the time (UTC) at which the run was first worked on, and keep it."""
    if STARTED_AT in manifest:
        return manifest
    # What was found out since then cannot have told the run anything, however often it is interrupted.
    found = {**manifest, STARTED_AT: clock().isoformat(timespec="seconds")}
    write_json(folder.manifest, found)
    return found
