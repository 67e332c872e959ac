"""What is said of metrics, and of keys whose source says nothing of them: for the schemas and their page."""

from __future__ import annotations

from collections.abc import Mapping

METRIC_WORDS: Mapping[str, str] = {
    "sharpe": "Mean over standard deviation of the returns of the summed equity, made annual, flat bars included.",
    "stability": "Mean over standard deviation of the log returns of six equal parts of the time, within +-10.",
    "size": "Nodes of the rule.",
    "n_trades": "Round trips that the rule closed itself, summed over coins.",
    "net_return": "Last equity over the first capital, less 1.",
    "max_drawdown": "Deepest fall from a peak, close to close, as a fraction.",
    "turnover": "Everything that is dealt in a year, as a multiple of the first capital.",
    "exposure": "Share of bars with a position, mean over coins.",
    "floor": "The worst quarter of all coins and sixths of the time, against their spread, within +-10: low where a "
    "rule lives on one coin or on one good month.",
    "sharpe_before_costs": "About what the Sharpe ratio would be without fees and slippage.",
    "parts": "What a person has to read: nodes (of a mirrored rule those of one side) and what is asked of risk.",
    "evidence": "What speaks for a rule beyond what as many parts fit by chance, in nats: half the squared t of its "
    "Sharpe ratio, less one for each part.",
    "promise": "The same of the Sharpe ratio before costs: what would speak for the rule if it traded less.",
}
"""Of everything that an objective or a limit may name. All are in sample, after costs unless said, before the scale is
frozen."""

KEY_WORDS: Mapping[str, str] = {
    "Objective.metric": "What is measured.",
    "Objective.goal": "Which way is better.",
    "Limit.metric": "What is measured.",
    "Limit.least": "Below it there is no fitness.",
    "Limit.most": "Above it there is no fitness.",
    "InSamplePolicy.minimum_trades": "Round trips, summed over coins.",
    "InSamplePolicy.minimum_sharpe": "Sharpe ratio after costs must be above it.",
    "InSamplePolicy.maximum_drawdown": "Drawdown at the frozen scale must be below it, as a fraction.",
    "InSamplePolicy.minimum_sharpe_at_doubled_costs": "Sharpe ratio with twice the fee and slippage must be above it.",
    "InSamplePolicy.minimum_share_kept_one_bar_later": "Share of the Sharpe ratio that a bar of delay must leave.",
    "InSamplePolicy.minimum_alpha_t": "t of alpha, over holding the coins and over holding its own mean exposure.",
    "HeldOutPolicy.minimum_trades": "Round trips in each held-out slice.",
    "HeldOutPolicy.minimum_sharpe": "Sharpe ratio after costs in each slice must be above it.",
    "HeldOutPolicy.maximum_drawdown": "Drawdown at the frozen scale in each slice must be below it.",
    "RobustnessPolicy.maximum_share_of_one_trade": "Share of the profit that the best trade may have.",
    "RobustnessPolicy.minimum_positive_sixths": "Of six equal parts of the slice, how many must have a profit.",
    "RobustnessPolicy.maximum_share_of_one_regime": "Share of the profit from one third of the bars, by volatility.",
    "RobustnessPolicy.copies": "How many copies each dear stage makes.",
    "RobustnessPolicy.share_of_fills_missed": "Share of bars on which a copy cannot trade.",
    "RobustnessPolicy.minimum_share_kept_with_missed_fills": "Share of the Sharpe ratio that the median of the "
    "copies with missed fills must keep.",
    "RobustnessPolicy.minimum_share_kept_with_a_number_moved": "The same of copies with one number of the rule moved; "
    "the worst tenth of them must be above zero.",
    "RobustnessPolicy.noise_share_of_range": "Noise on every bar of a copy, as a share of the bar's range.",
    "RobustnessPolicy.minimum_share_kept_on_noisy_bars": "The same of copies on noisy bars.",
    "RiskTarget.annual_volatility": "Volatility in sample that the scale is set to.",
    "RiskTarget.maximum_drawdown": "Drawdown in sample that it may reach at most.",
    "VaultPolicy.promotions_per_run": "Candidates of a run that may see held-out bars; at most one a year of history.",
    "VaultPolicy.openings_per_calendar_time": "How many may see the same time, whoever asks.",
    "VaultPolicy.maximum_correlation": "Of in-sample returns, from which two rules are one family.",
    "WalkForwardPolicy.folds": "Parts of the walk-forward slice, each started flat.",
    "WalkForwardPolicy.minimum_positive_folds": "How many of them must end above their start.",
    "Recipe.coin": "Whose bars are put end to end.",
    "Recipe.interval": "Length of a bar.",
    "Part.venue": "A venue of the lake.",
    "FactsFile.coin": "A row a coin.",
    "WrittenFacts.size_decimals": "Decimals of an order's size: the lot.",
    "WrittenFacts.max_leverage": "Highest whole leverage.",
    "WrittenFacts.margin": "Which margin the venue allows.",
}
"""By table and key."""
