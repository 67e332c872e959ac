"""What a part of the benchmarks found, as plain values: the JSON document and the page are made from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    form: str = "{}"
    """How a cell is written, in the language of `str.format`."""

    @property
    def is_text(self) -> bool:
        return self.form == "{}"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw values; None where there is none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """What was promised, and what was measured."""

    name: str
    measured: float
    limit: float
    unit: str = ""
    at_least: bool = True
    """False where less is better."""

    @property
    def is_held(self) -> bool:
        """Whether the promise is kept; what is not a number keeps none."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def word(self) -> str:
        return "held" if self.is_held else "missed"


@dataclass(frozen=True, slots=True)
class Line:
    """One curve of a plot."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves over logarithmic axes."""

    name: str
    """Name of its file, without ending."""
    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part."""

    title: str
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    bars: tuple[Bar, ...] = ()
    plots: tuple[Plot, ...] = ()
    refused: tuple[str, ...] = field(default=())
    """Rows whose results differ, each with the difference: their times are withheld."""
