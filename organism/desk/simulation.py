"""Questions that need the kernel: what rules did on the bars that their run was bred on.

Rules come as text, so that whoever simulates reads neither trials nor the registry.
"""

from __future__ import annotations

from evolution.genome.codec import from_json
from evolution.run.layout import find_run
from organism.desk.in_sample import in_sample_of, in_sample_traces
from organism.home import Home
from organism.views.lineage import Behaviour
from organism.views.strategy import TradeList
from organism.views.trade_diff import behaviour_of
from organism.views.trade_list import trade_list


def behaviour(home: Home, run: str, before: str, after: str) -> Behaviour:
    """Let two rules, each as canonical JSON, trade the in-sample bars of a run, and say where they differ.

    Raises
    ------
    DataError
        If the bars are not there.
    """
    universe = in_sample_of(home, find_run(home.runs, run))
    old, new = (in_sample_traces(universe, from_json(text)) for text in (before, after))
    return behaviour_of(old, new, universe.time_ms)


def trades(home: Home, run: str, rule: str, scale: float) -> TradeList:
    """Return the trades of a rule, as canonical JSON, on the in-sample bars of a run, at a scale of its risk.

    Raises
    ------
    DataError
        If the bars are not there.
    """
    universe = in_sample_of(home, find_run(home.runs, run))
    return trade_list(in_sample_traces(universe, from_json(rule), scale), universe.time_ms, scale)
