"""Where things are: the folders of one data home."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Home:
    """The folders under one root. The root is passed in; only the command line reads the environment."""

    root: Path
    """Absolute path of the home."""

    @classmethod
    def open(cls, path: Path) -> Home:
        """Return the home at `path`, which must exist; nothing is created.

        Raises
        ------
        ConfigError
            If there is no folder at `path`.
        """
        if not _is_folder(path):
            state = "is not a folder" if _is_file(path) else "does not exist"
            raise ConfigError(
                f"home {str(path)!a} {state}: set ORGANISM_HOME to an existing one, "
                "or make it with `organism data import ...` or `organism evolve start ...`"
            )
        return cls(path.resolve())

    @classmethod
    def create(cls, path: Path) -> Home:
        """Return the home at `path`, making the folders that are missing.

        Raises
        ------
        ConfigError
            If a folder cannot be made there.
        """
        try:
            home = cls(path.resolve())
            for folder in (home.lake, home.snapshots, home.runs, home.evidence, home.reports, home.configs):
                folder.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"home {str(path)!a} cannot be made ({error}): set ORGANISM_HOME to a folder that can be written"
            ) from None
        return home

    @property
    def registry_path(self) -> Path:
        """Database of strategies, verdicts and openings of the vault."""
        return self.root / "registry.sqlite"

    @property
    def lake(self) -> Path:
        """Imported bars and funding."""
        return self.root / "lake"

    @property
    def archive(self) -> Path:
        """Days of Hyperliquid's archive that were fetched, and paid for."""
        return self.root / "archive"

    @property
    def snapshots(self) -> Path:
        """Content-addressed sets of the lake."""
        return self.root / "snapshots"

    @property
    def runs(self) -> Path:
        """One folder a run of the search."""
        return self.root / "runs"

    @property
    def permuted(self) -> Path:
        """Searches of permuted history while they run: no runs of the home, so that nothing counts their trials."""
        return self.root / "permuted"

    @property
    def evidence(self) -> Path:
        """Evidence packs, each in a folder named by its sha256."""
        return self.root / "evidence"

    @property
    def quarantine(self) -> Path:
        """Both results of each candidate on which the simulators disagreed."""
        return self.root / "quarantine"

    @property
    def reports(self) -> Path:
        """Rendered reports."""
        return self.root / "reports"

    @property
    def configs(self) -> Path:
        """Resolved configurations, as they were used."""
        return self.root / "configs"


def _is_file(path: Path) -> bool:
    try:
        return path.exists()
    except ValueError:
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except ValueError:
        # A NUL character: no file system has such a name.
        return False
