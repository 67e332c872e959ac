"""The slow, plain simulator: written from the text of docs/semantics.md to be read beside it.

Clause numbers in this package are those of that page. Nothing here is shared with the compiled kernel but the
value classes, so that agreement between the two means that both follow the text.
"""

from backtest.reference.pool import pool_reference
from backtest.reference.simulate import simulate_reference

__all__ = ["pool_reference", "simulate_reference"]
