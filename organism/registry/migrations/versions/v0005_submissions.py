"""Submissions: a strategy that waits in testing is found again by another run, on another history."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The first submission of a strategy is its birth, which names its run and its snapshot.
_TABLE = """
    CREATE TABLE submissions (
        strategy_id TEXT NOT NULL REFERENCES strategies (id),
        snapshot_id TEXT NOT NULL,
        run_id TEXT NOT NULL,
        submitted_at TEXT NOT NULL,
        PRIMARY KEY (strategy_id, snapshot_id)
    ) STRICT, WITHOUT ROWID
"""

# The existence check stands against INSERT OR REPLACE, which deletes without asking the delete trigger.
_TRIGGERS = (
    """
    CREATE TRIGGER submissions_are_made_once BEFORE INSERT ON submissions BEGIN
        SELECT RAISE(ABORT, 'the submission exists already')
        WHERE EXISTS (SELECT 1 FROM submissions WHERE strategy_id = NEW.strategy_id AND snapshot_id = NEW.snapshot_id)
        OR EXISTS (SELECT 1 FROM strategies WHERE id = NEW.strategy_id AND snapshot_id = NEW.snapshot_id);
        SELECT RAISE(ABORT, 'only a strategy in testing is submitted again')
        WHERE NOT EXISTS (SELECT 1 FROM strategies WHERE id = NEW.strategy_id AND state = 'testing');
    END
    """,
    "CREATE TRIGGER submissions_never_change BEFORE UPDATE ON submissions "
    "BEGIN SELECT RAISE(ABORT, 'submissions are append-only'); END",
    "CREATE TRIGGER submissions_are_kept BEFORE DELETE ON submissions "
    "BEGIN SELECT RAISE(ABORT, 'submissions are append-only'); END",
)


def upgrade() -> None:
    """Create the table and its triggers."""
    for statement in (_TABLE, *_TRIGGERS):
        op.execute(statement)
