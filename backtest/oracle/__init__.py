"""Somebody else's simulator as a witness: vectorbt repeats our accounts and our logic.

`accounting_parity` lets vectorbt book our own fills. `logic_parity` lets it decide by itself what to fill, on the
subset of rules that both know. `engine_report` takes its statistics for reports. Nothing outside this package imports
vectorbt, and here it is imported on first use, since that takes seconds.
"""

from backtest.oracle.accounting import OracleReport, accounting_parity, without_funding
from backtest.oracle.common_subset import CommonSubset
from backtest.oracle.engine import engine_report
from backtest.oracle.logic import LogicReport, logic_parity, simulate_vectorbt

__all__ = [
    "CommonSubset",
    "LogicReport",
    "OracleReport",
    "accounting_parity",
    "engine_report",
    "logic_parity",
    "simulate_vectorbt",
    "without_funding",
]
