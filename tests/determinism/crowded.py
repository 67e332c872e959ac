"""`organism ...` after thousands of classes and allocations that have nothing to do with it.

Classes hash by their address. Whatever walks a set of classes walks it in another order after this, in
the parent and, since a worker imports the main module too, in every worker.
"""

from __future__ import annotations

import os

AMOUNT = int(os.environ.get("TORTURE_CROWD", "3000"))


def crowd(amount: int) -> tuple[list[type], list[bytearray]]:
    """Return many classes and many blocks of memory, a third of each freed again in between."""
    classes = [type(f"Stranger{number}", (), {"__slots__": (), "number": number}) for number in range(amount)]
    blocks = [bytearray(17 + 911 * number % 4093) for number in range(4 * amount)]
    del classes[:: 3 + amount % 5], blocks[:: 2 + amount % 7]
    return classes, blocks


KEPT = crowd(AMOUNT)

if __name__ == "__main__":
    from organism.cli.main import main

    main()
