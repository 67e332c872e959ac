"""Facts that somebody wrote down, as TOML and as CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import ConfigError
from data.facts.files import read_facts_file
from data.facts.observation import CoinFacts, Observation

LISTED_MS = 1_696_291_200_000  # 2023-10-03
GONE_MS = 1_744_416_000_000  # 2025-04-12, the day after the last
RDNT = CoinFacts(
    coin="RDNT", from_ms=LISTED_MS, max_leverage=3, margin="isolated", listed_ms=LISTED_MS, delisted_ms=GONE_MS
)
BTC = CoinFacts(coin="BTC", from_ms=0, size_decimals=5)


def read(folder: Path, name: str, text: str) -> Observation:
    path = folder / name
    path.write_text(text)
    return read_facts_file(path, "hyperliquid")


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    toml = (
        '[[coin]]\nname = "RDNT"\nlisted = 2023-10-03\ndelisted = 2025-04-11\nmax_leverage = 3\nmargin = "isolated"\n'
        '[[coin]]\nname = "BTC"\nsize_decimals = 5\n'
    )
    table = (
        "name,listed,delisted,max_leverage,margin,size_decimals\nRDNT,2023-10-03,2025-04-11,3,isolated,\nBTC,,,,,5\n"
    )
    assert read(tmp_path, "a.toml", toml) == Observation(
        venue="hyperliquid", source="a.toml", seen_ms=0, coins=(RDNT, BTC)
    )
    assert read(tmp_path, "b.csv", table).coins == (RDNT, BTC)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "name,lsited\nBTC,2023-10-03\n", "unknown key 'coin.0.lsited'; did you mean 'listed'"),
        ("a.csv", "name,listed\nBTC,yesterday\n", "coin.0.listed.*received 'yesterday'"),
        ("a.csv", "name,listed\nBTC\n", "line 2: not as many cells as the header has columns"),
        ("a.csv", "name\nBTC\n", "BTC has nothing but its name"),
        ("a.csv", "name,listed\n", "at least 1 item"),
        ("a.csv", "name,max_leverage\nBTC,0\n", "max_leverage.*greater than or equal to 1"),
        ("a.csv", "name,margin\nB/C,cross\n", "name"),
        (
            "a.csv",
            "name,listed,delisted\nX,2024-01-02,2024-01-01\n",
            "X is delisted on 2024-01-01, before it is listed",
        ),
        ("a.csv", "name,delisted, delisted\nX,2024-01-02,2024-02-01\n", "has the column 'delisted' twice"),
        (
            "a.csv",
            "name,delisted\nX,2024-01-02\nY,2024-01-02\nX,2024-01-03\n",
            "X is in rows 1 and 3, which contradict each other",
        ),
        (
            "a.csv",
            "name,since,max_leverage\nX,2024-01-02,20\nX,2024-01-02,25\n",
            "X is in rows 1 and 2, which contradict each other",
        ),
        ("a.toml", "coin = 1\n", "coin"),
        ("a.toml", "[[coin]\n", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_allowed(name: str, text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, name, text)


def test_rows_of_one_coin_from_different_days_on_are_its_history(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "name,since,max_leverage\nX,2023-10-03,20\nX,2025-04-12,25\n")
    assert [(one.from_ms, one.max_leverage) for one in found.coins] == [(LISTED_MS, 20), (GONE_MS, 25)]


def test_a_table_as_spreadsheets_save_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfname,listed\r\n\r\nRDNT,2023-10-03\r\n")
    assert read_facts_file(tmp_path / "a.csv", "hyperliquid").coins[0].listed_ms == LISTED_MS


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(ConfigError, match=r"a\.csv cannot be read \(Is a directory\)"):
        read_facts_file(tmp_path / "a.csv", "hyperliquid")


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.csv does not exist"):
        read_facts_file(tmp_path / "absent.csv", "hyperliquid")
    (tmp_path / "b.csv").write_bytes(b"name,listed\n\xff\xfe,2024\n")
    with pytest.raises(ConfigError, match="is not CSV in UTF-8"):
        read_facts_file(tmp_path / "b.csv", "hyperliquid")
