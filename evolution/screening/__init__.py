"""Conditions asked on the bars where a rule trades, by the hundred, before one of them is added to it."""

from evolution.screening.breeder import ScreenedBreeder
from evolution.screening.screen import Screen

__all__ = ["Screen", "ScreenedBreeder"]
