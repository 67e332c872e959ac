"""What reports say of a strategy, of a run and of a market: the one place of their words, tables and formats."""
