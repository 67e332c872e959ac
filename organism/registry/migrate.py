"""Bring a registry's schema up to what this program knows; the only Alembic import besides the migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the missing migrations inside the caller's transaction: all of them take effect, or none."""
    configuration = Config(attributes={"connection": connection})
    # A percent sign would begin an interpolation in Alembic's configuration.
    configuration.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    command.upgrade(configuration, revision)
