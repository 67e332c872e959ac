"""What every stage is."""

from __future__ import annotations

from typing import Protocol

from organism.gauntlet.case import Case
from organism.gauntlet.verdict import StageResult


class Stage(Protocol):
    """One measurement against one threshold. Stages run in the order of their cost."""

    @property
    def name(self) -> str:
        """A trader's words."""

    @property
    def slice_name(self) -> str:
        """`IS`, `OOS` or `WF`: the one slice it may see."""

    @property
    def cost(self) -> int:
        """Simulations it takes; cheap stages come first."""

    def judge(self, case: Case) -> StageResult:
        """Measure the case; pure, repeatable, blind to everything outside the case's slice."""
