"""A fetch of each kind killed a few times; `make torture` does so a hundred times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.torture.fetch_kills import one_turn
from tests.torture.fetching import VENUES, contents, served


@pytest.mark.slow
@pytest.mark.parametrize("venue", VENUES)
def test_a_fetch_that_is_killed_again_and_again_ends_in_the_same_lake(venue: str, tmp_path: Path) -> None:
    with served(venue) as url:
        n_kills, failures = one_turn(venue, url, tmp_path, np.random.default_rng(2), most_kills=2)
    assert failures == []
    assert n_kills == 2
    assert contents(tmp_path / "killed")
