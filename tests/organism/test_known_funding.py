"""A history whose funding is unknown is not searched for rules about funding."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.errors import ConfigError
from data.market import Market, Universe
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome
from evolution.genome.node import Node, threshold, window
from evolution.opcodes.catalogue import CATALOGUE
from evolution.priors import SearchPriors
from organism.known_funding import require_funding

NEEDING = frozenset({"funding_rate", "funding_zscore", "funding_carry", "funding_persistence"})
N_BARS, N_TRADED = 12, 10


@pytest.fixture
def known(make_market: Callable[..., Market]) -> Callable[[int], Universe]:
    """Build two coins: funding of the second is known on its last bars alone, and it did not trade on its first two."""

    def build(n_known: int) -> Universe:
        prices, rates = [100.0] * N_BARS, [1e-5] * N_BARS
        late = [bar >= N_BARS - N_TRADED for bar in range(N_BARS)]
        some = [float("nan")] * (N_BARS - n_known) + [1e-5] * n_known
        btc = make_market(prices, funding_rate=rates, coin="BTC")
        eth = make_market(prices, funding_rate=some, available=late, coin="ETH")
        return Universe("two", (btc, eth))

    return build


def test_the_opcodes_that_need_funding_are_those_that_are_unknown_without_it() -> None:
    assert {name for name, opcode in CATALOGUE.items() if opcode.needs_funding} == NEEDING


@pytest.mark.parametrize(("n_known", "share"), [(0, "0%"), (4, "40%")])
def test_it_is_refused_with_the_coin_and_what_to_leave_out(
    n_known: int, share: str, known: Callable[[int], Universe]
) -> None:
    with pytest.raises(ConfigError, match=f"funding of ETH is known on {share} of its in-sample bars") as refusal:
        require_funding(SearchPriors(excluded_opcodes=frozenset({"funding_rate"})), known(n_known))
    listed = '["funding_carry", "funding_persistence", "funding_zscore"]'
    assert f"excluded_opcodes = {listed}" in str(refusal.value)
    assert "--grammar configs/grammars/no-funding.toml" in str(refusal.value)


@pytest.mark.parametrize(
    ("n_known", "priors"),
    [
        (5, SearchPriors()),
        (10, SearchPriors()),
        (0, SearchPriors(excluded_opcodes=NEEDING)),
        (0, SearchPriors(opcode_weights=dict.fromkeys(NEEDING, 0.0))),
    ],
)
def test_it_is_searched_if_half_is_known_or_no_rule_is_about_it(
    n_known: int, priors: SearchPriors, known: Callable[[int], Universe]
) -> None:
    assert require_funding(priors, known(n_known)) is None


def test_rules_to_begin_with_are_asked_for_their_own_sake(known: Callable[[int], Universe]) -> None:
    """The grammar leaves funding out, the second of two given rules does not."""
    zscore, never = Node("funding_zscore", (window(24),)), Node("never")
    about = Genome(Node("above", (zscore, threshold(1.0))), never, never, never)
    price = Genome(Node("above", (Node("close"), Node("open"))), never, never, never)
    priors = SearchPriors(excluded_opcodes=NEEDING, rules=(to_json(price), to_json(about)))
    with pytest.raises(ConfigError, match="or more: take rule 2 out of those to begin with, or import funding"):
        require_funding(priors, known(4))
    both = SearchPriors(rules=(to_json(about),))
    with pytest.raises(ConfigError, match=r"no-funding\.toml\), and take rule 1 out of those to begin with"):
        require_funding(both, known(4))
    require_funding(priors, known(5))
    require_funding(SearchPriors(excluded_opcodes=NEEDING, rules=(to_json(price),)), known(4))
    assert "funding_zscore" in about.opcodes()
