"""The foundry from Python: what notebooks call, in few words and with tables and pictures for answers.

Nothing is decided here. A workbench is a home; what it does with it is what `organism evolve start` and `organism
validate` do.
"""

from organism.workbench.autopsy import Autopsy, autopsy
from organism.workbench.backtest import Backtest, backtest
from organism.workbench.bench import Workbench
from organism.workbench.evolved import EvolvedRun
from organism.workbench.judged import Judged, Verdicts
from organism.workbench.luck import luck
from organism.workbench.tables import bars_table, funding_table

__all__ = [
    "Autopsy",
    "Backtest",
    "EvolvedRun",
    "Judged",
    "Verdicts",
    "Workbench",
    "autopsy",
    "backtest",
    "bars_table",
    "funding_table",
    "luck",
]
