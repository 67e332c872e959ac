"""A fetch of the archive killed twice; `make torture` does so a hundred times, with other venues."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.torture.fetch_kills import one_turn
from tests.torture.fetching import contents, served


@pytest.mark.slow
def test_a_fetch_that_is_killed_again_and_again_ends_in_the_same_lake(tmp_path: Path) -> None:
    with served("hyperliquid-archive") as url:
        n_kills, failures = one_turn("hyperliquid-archive", url, tmp_path, np.random.default_rng(2), most_kills=2)
    assert failures == []
    assert n_kills == 2
    assert contents(tmp_path / "killed")
