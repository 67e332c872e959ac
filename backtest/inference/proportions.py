"""What a count proves about a rate."""

from __future__ import annotations

from backtest.inference.checks import checked_count, checked_number


def clopper_pearson_upper(n_events: int, n_trials: int, confidence: float = 0.95) -> float:
    """Return the one-sided upper bound of a rate: the true one is below it in at least `confidence` of cases.

    The rate at which `n_events` or fewer of `n_trials` have probability 1 - confidence; exact, so never too bold.

    Parameters
    ----------
    n_events
        Events counted, 0 to n_trials.
    n_trials
        Independent trials, at least 1.
    confidence
        Above 0 and below 1.

    Raises
    ------
    ValueError
        If an argument is outside of what is allowed.

    Notes
    -----
    Clopper and Pearson (1934), Biometrika 26:404-413.
    """
    from scipy.special import betaincinv

    events, trials, level = _checked(n_events, n_trials, confidence)
    return 1.0 if events == trials else float(betaincinv(events + 1, trials - events, level))


def clopper_pearson_lower(n_events: int, n_trials: int, confidence: float = 0.95) -> float:
    """Return the one-sided lower bound of a rate; see `clopper_pearson_upper`."""
    from scipy.special import betaincinv

    events, trials, level = _checked(n_events, n_trials, confidence)
    return 0.0 if events == 0 else float(betaincinv(events, trials - events + 1, 1.0 - level))


def equal_shares(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the two-sided p-value of "both rates are the same" by Fisher's exact test.

    The chance, given how many events there were in all, of a table that is no likelier than this one.

    Parameters
    ----------
    first, second
        Events and trials of each, as of `clopper_pearson_upper`.

    Raises
    ------
    ValueError
        If an argument is outside of what is allowed.

    Notes
    -----
    Fisher (1934), Statistical Methods for Research Workers, section 21.02. Trials that are alike count as if each said
    something of its own, and make it too small.
    """
    from scipy.stats import fisher_exact

    counted = [_checked(*one, 0.5)[:2] for one in (first, second)]
    return float(fisher_exact([[events, trials - events] for events, trials in counted])[1])


def _checked(n_events: int, n_trials: int, confidence: float) -> tuple[int, int, float]:
    trials = checked_count(n_trials, 1, "n_trials")
    events = checked_count(n_events, 0, "n_events")
    if events > trials:
        raise ValueError(f"n_events: received {events} of {trials} trials; allowed are 0 to {trials}")
    return events, trials, checked_number(confidence, "confidence", above=0.0, below=1.0)
