"""What makes children, as the settings ask for it."""

from __future__ import annotations

from data.market import Universe
from evolution.opcodes.types import BOOL
from evolution.priors import SearchPriors
from evolution.rows.levels import NO_LEVELS
from evolution.rows.menus import OPERATORS, choices
from evolution.run.settings import SearchSettings
from evolution.screening import Screen, ScreenedBreeder
from evolution.screening.base import AND_CODE
from evolution.screening.screen import MOST_QUESTIONS
from evolution.search.children import Breeder
from evolution.search.grammar import Grammar
from evolution.search.levels import levels_of

QUESTIONS_PER_OFFSPRING = 80
"""Of a screen: a search that looks at little is not to begin with asking much. Not of the length of the search, so that
a longer one goes on as a shorter one began."""


def breeder_of(settings: SearchSettings, priors: SearchPriors, universe: Universe) -> Breeder:
    """Return what draws children by chance; thresholds are fitted to the universe if that is asked for."""
    levels = levels_of(universe) if settings.fitted_thresholds else NO_LEVELS
    return Breeder(Grammar(priors), settings.shape(), settings.odds(), levels)


def screened_of(settings: SearchSettings, breeder: Breeder, universe: Universe) -> ScreenedBreeder | None:
    """Return what chooses conditions by a screen; None if none is asked for, or the grammar joins no conditions."""
    joins = AND_CODE in choices(breeder.grammar.menus, OPERATORS, BOOL)
    if settings.screened_share == 0.0 or settings.mode == "random" or not joins:
        return None
    most = min(MOST_QUESTIONS, QUESTIONS_PER_OFFSPRING * settings.offspring)
    screen = Screen(universe, breeder.means(), least_trades=settings.minimum_trades, most_questions=most)
    return ScreenedBreeder(screen, breeder.odds, settings.screened_share, settings.mirrored_share)
