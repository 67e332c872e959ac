"""`python -m organism.desk reading|simulating HOME`: answer until the input ends."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

NICE = 10
READING = "reading"


def main() -> None:
    """Read requests, one a line, and answer each in turn."""
    kind, root = sys.argv[1:]
    # The job has the processor; a person can wait a moment longer.
    os.nice(NICE)
    if kind == READING:
        # Opcodes are read for their names, and nothing is run: see `data.jit`.
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    from organism.desk.answering import QUESTIONS, answered  # noqa: PLC0415 - loads what is compiled, or not
    from organism.home import Home  # noqa: PLC0415

    # Whatever a library prints must not come between two answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    home = Home(Path(root))
    for line in sys.stdin:
        out.write(json.dumps(answered(QUESTIONS[kind], home, json.loads(line)), allow_nan=False) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
