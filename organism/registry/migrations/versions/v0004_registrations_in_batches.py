"""Registrations in batches: a run that goes on is asked about again, once those registered before have an answer."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
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
        PRIMARY KEY (run_id, snapshot_id, policy_hash, sha256)
    ) STRICT, WITHOUT ROWID
"""

# The existence check stands against INSERT OR REPLACE, which deletes without asking the delete trigger.
_TRIGGERS = (
    """
    CREATE TRIGGER registrations_are_made_once BEFORE INSERT ON registrations BEGIN
        SELECT RAISE(ABORT, 'the registration exists already')
        WHERE EXISTS (SELECT 1 FROM registrations WHERE sha256 = NEW.sha256);
        SELECT RAISE(ABORT, 'a member is registered already')
        WHERE EXISTS (SELECT 1 FROM registrations AS other, json_each(other.members) AS earlier,
                      json_each(NEW.members) AS member
                      WHERE other.run_id = NEW.run_id AND other.snapshot_id = NEW.snapshot_id
                      AND other.policy_hash = NEW.policy_hash AND earlier.value = member.value);
        SELECT RAISE(ABORT, 'those registered before have not been answered yet')
        WHERE EXISTS (SELECT 1 FROM registrations AS other, json_each(other.members) AS earlier
                      JOIN strategies ON strategies.genotype_hash = earlier.value
                      WHERE other.run_id = NEW.run_id AND other.snapshot_id = NEW.snapshot_id
                      AND other.policy_hash = NEW.policy_hash AND strategies.state = 'testing' AND NOT EXISTS (
                          SELECT 1 FROM verdicts WHERE strategy_id = strategies.id
                          AND snapshot_id = NEW.snapshot_id AND policy_hash = NEW.policy_hash));
    END
    """,
    "CREATE TRIGGER registrations_never_change BEFORE UPDATE ON registrations "
    "BEGIN SELECT RAISE(ABORT, 'registrations are append-only'); END",
    "CREATE TRIGGER registrations_are_kept BEFORE DELETE ON registrations "
    "BEGIN SELECT RAISE(ABORT, 'registrations are append-only'); END",
)


def upgrade() -> None:
    """Make the table anew with what it holds; its triggers go with the old one."""
    op.execute("ALTER TABLE registrations RENAME TO registrations_0003")
    op.execute(_TABLE)
    op.execute("INSERT INTO registrations SELECT * FROM registrations_0003")
    op.execute("DROP TABLE registrations_0003")
    for statement in _TRIGGERS:
        op.execute(statement)
