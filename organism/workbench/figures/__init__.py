"""Static pictures for notebooks, drawn by matplotlib, which nothing else imports. Nothing is computed here."""

from organism.workbench.figures.history import closes, price_and_funding
from organism.workbench.figures.returns import equity, slices
from organism.workbench.figures.search import copies, permuted, progress, trials
from organism.workbench.figures.shares import shares

__all__ = ["closes", "copies", "equity", "permuted", "price_and_funding", "progress", "shares", "slices", "trials"]
