"""Registrations: who will be asked on held-out bars, written down before any of them is looked at."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _sha256(column: str) -> str:
    return f"(length({column}) = 64 AND {column} NOT GLOB '*[^0-9a-f]*')"


_TABLE = f"""
    CREATE TABLE registrations (
        run_id TEXT NOT NULL,
        snapshot_id TEXT NOT NULL,
        policy_hash TEXT NOT NULL CHECK {_sha256("policy_hash")},
        members TEXT NOT NULL CHECK (json_valid(members)),
        n_trials INTEGER NOT NULL CHECK (n_trials >= 0),
        n_earlier INTEGER NOT NULL CHECK (n_earlier >= 0),
        sha256 TEXT NOT NULL CHECK {_sha256("sha256")},
        registered_at TEXT NOT NULL,
        PRIMARY KEY (run_id, snapshot_id, policy_hash)
    ) STRICT, WITHOUT ROWID
"""

# The existence check stands against INSERT OR REPLACE, which deletes without asking the delete trigger.
_TRIGGERS = (
    """
    CREATE TRIGGER registrations_are_made_once BEFORE INSERT ON registrations BEGIN
        SELECT RAISE(ABORT, 'the registration exists already')
        WHERE EXISTS (SELECT 1 FROM registrations WHERE run_id = NEW.run_id
                      AND snapshot_id = NEW.snapshot_id AND policy_hash = NEW.policy_hash);
    END
    """,
    "CREATE TRIGGER registrations_never_change BEFORE UPDATE ON registrations "
    "BEGIN SELECT RAISE(ABORT, 'registrations are append-only'); END",
    "CREATE TRIGGER registrations_are_kept BEFORE DELETE ON registrations "
    "BEGIN SELECT RAISE(ABORT, 'registrations are append-only'); END",
)


def upgrade() -> None:
    """Create the table and its triggers."""
    for statement in (_TABLE, *_TRIGGERS):
        op.execute(statement)
