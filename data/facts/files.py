"""Facts that somebody wrote down, as TOML or CSV: a row a coin."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from data.errors import ConfigError
from data.facts.observation import DATES, CoinFacts, Observation
from data.intervals import DAY_MS
from data.settings import Settings, load_toml, parse_settings
from data.shown import shown
from data.splice.recipe import milliseconds

MAX_BYTES = 1024 * 1024
MOST_COINS = 5_000


class WrittenFacts(Settings):
    """What a row says of one coin."""

    name: str = Field(pattern=r"^[A-Za-z0-9:_-]{1,40}$")
    """As the venue spells it."""
    since: date | None = None
    """From when size_decimals, max_leverage and margin hold; None for from the listing on, or always."""
    listed: date | None = None
    """First day of trading, UTC."""
    delisted: date | None = None
    """Last day of trading, UTC, included."""
    size_decimals: int | None = Field(None, ge=0, le=18)
    max_leverage: int | None = Field(None, ge=1, le=1000)
    margin: Literal["cross", "isolated"] | None = None

    @model_validator(mode="after")
    def _check(self) -> WrittenFacts:
        if self.listed is not None and self.delisted is not None and self.delisted < self.listed:
            raise ValueError(f"{self.name} is delisted on {self.delisted}, before it is listed on {self.listed}")
        if not self.model_dump(exclude={"name", "since"}, exclude_none=True):
            raise ValueError(f"{self.name} has nothing but its name: give listed, delisted, size_decimals, ...")
        return self

    def facts(self) -> CoinFacts:
        """Return the row as what was said about a coin."""
        since = self.since or self.listed
        return CoinFacts(
            coin=self.name,
            from_ms=0 if since is None else milliseconds(since),
            size_decimals=self.size_decimals,
            max_leverage=self.max_leverage,
            margin=self.margin,
            listed_ms=None if self.listed is None else milliseconds(self.listed),
            delisted_ms=None if self.delisted is None else milliseconds(self.delisted) + DAY_MS,
        )


class FactsFile(Settings):
    """A whole file."""

    coin: tuple[WrittenFacts, ...] = Field(min_length=1, max_length=MOST_COINS)

    @model_validator(mode="after")
    def _check(self) -> FactsFile:
        said: dict[tuple[str, str, int], tuple[object, int]] = {}
        for number, facts in enumerate((row.facts() for row in self.coin), 1):
            for name, value in facts.said().items():
                former = said.setdefault((facts.coin, name, 0 if name in DATES else facts.from_ms), (value, number))
                if former[0] != value:
                    raise ValueError(
                        f"{facts.coin} is in rows {former[1]} and {number}, which contradict each other about {name}: "
                        "leave one of them, or say since when each holds"
                    )
        return self


def read_facts_file(path: Path, venue: str) -> Observation:
    """Read facts about coins of a venue: TOML with a `[[coin]]` for each, or CSV with a header.

    Raises
    ------
    ConfigError
        Naming each wrong key or column, the value received and what is allowed.
    """
    values = {"coin": _rows(path)} if path.suffix.lower() == ".csv" else load_toml(path)
    found = parse_settings(FactsFile, values, source=str(path))
    return Observation(venue=venue, source=path.name[:80], seen_ms=0, coins=tuple(row.facts() for row in found.coin))


def _rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a CSV file; an empty cell is one that says nothing."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ConfigError(f"facts file {path} is larger than {MAX_BYTES:,} bytes: it is none of ours")
        # Spreadsheets put a mark of the order of bytes before the first name.
        reader = csv.DictReader(content.decode("utf-8-sig").splitlines(), strict=True)
        rows = list(reader)
    except FileNotFoundError:
        raise ConfigError(f"facts file {path} does not exist: give the path of a .toml or .csv file") from None
    except OSError as error:
        raise ConfigError(f"facts file {path} cannot be read ({error.strerror}): give the path of a file") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"facts file {path} is not CSV in UTF-8: {error}") from None
    names = [name.strip() for name in reader.fieldnames or ()]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"facts file {path} has the column {shown(name)} twice: keep one of them")
    ragged = [number for number, row in enumerate(rows, 2) if None in row or None in row.values()]
    if ragged:
        raise ConfigError(f"facts file {path}, line {ragged[0]}: not as many cells as the header has columns")
    return [{key.strip(): cell.strip() for key, cell in row.items() if cell.strip()} for row in rows]
