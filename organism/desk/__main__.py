"""`python -m organism.desk HOME`: answer until the input ends."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from organism.desk.answering import answered
from organism.home import Home

NICE = 10


def main() -> None:
    """Read requests, one a line, and answer each in turn."""
    # The job has the processor; a person can wait a moment longer.
    os.nice(NICE)
    # Whatever a library prints must not come between two answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    home = Home(Path(sys.argv[1]))
    for line in sys.stdin:
        out.write(json.dumps(answered(home, json.loads(line)), allow_nan=False) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
