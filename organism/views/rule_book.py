"""The rules of a run that were written down, found again by genotype or by a part of their text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.errors import DataError
from evolution.run.layout import RunFolder, read_outcome
from evolution.run.rules import read_rules
from evolution.trials import HASH


class RuleBook:
    """Where each rule stands in `rules.jsonl`; `refresh` reads what is new.

    A run from before rules were written down has those of its outcome alone.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._offset = 0
        self._places: dict[str, tuple[int, int]] = {}
        """Offset and length of each line."""
        self._texts: dict[str, bytes] = {}
        """Of those that stand elsewhere."""

    def __contains__(self, genotype: object) -> bool:
        return genotype in self._places or genotype in self._texts

    def __iter__(self) -> Iterator[str]:
        yield from self._places
        yield from self._texts

    def __len__(self) -> int:
        return len(self._places) + len(self._texts)

    def refresh(self) -> None:
        """Read the lines that are new."""
        for rule in read_rules(self._folder.rules, self._offset):
            self._places.setdefault(rule.genotype, (rule.offset, len(rule.text)))
            self._offset = rule.offset + len(rule.text) + 1
        if not self._places and not self._texts and self._folder.is_finished:
            self._texts = dict(_of_outcome(self._folder))

    def text(self, genotype: str) -> bytes | None:
        """Return the canonical JSON of a rule, or None."""
        if genotype in self._texts:
            return self._texts[genotype]
        place = self._places.get(genotype)
        if place is None:
            return None
        with self._folder.rules.open("rb") as stream:
            stream.seek(place[0])
            return stream.read(place[1])

    def containing(self, part: bytes) -> Iterator[str]:
        """Yield the genotypes of the rules with this text in their canonical JSON, oldest first."""
        if self._places:
            content = self._folder.rules.read_bytes()
            for genotype, (offset, length) in self._places.items():
                if content.find(part, offset, offset + length) >= 0:
                    yield genotype
        yield from (genotype for genotype, text in self._texts.items() if part in text)


def _of_outcome(folder: RunFolder) -> Iterator[tuple[str, bytes]]:
    outcome = read_outcome(folder, "population", "hall_of_fame")
    try:
        for item in (*outcome["population"], *outcome["hall_of_fame"]):
            genotype = item["genotype_hash"]
            if re.fullmatch(HASH, genotype) is None:
                raise ValueError(genotype)
            yield genotype, item["genome"].encode("ascii")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(f"{folder.outcome} is damaged ({type(error).__name__}); {folder.outcome_again}") from None
