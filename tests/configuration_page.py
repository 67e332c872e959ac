"""docs/configuration.md, written from the schemas: `python -m tests.configuration_page` writes it anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from organism.configuration.kind import Kind
from organism.configuration.schema import json_schema
from organism.configuration.words import METRIC_WORDS

PATH = Path(__file__).parents[1] / "docs" / "configuration.md"
FILES = (
    ("`configs/demo.toml`", "the planted market of `make demo`, as a run of its own"),
    ("`configs/real-btc.toml`", "BTC by the hour with its funding, 2019 to 2025"),
    ("`configs/real-majors.toml`", "BTC, DOGE, ETH and SOL by the hour from 2022, without rules about funding"),
    ("`configs/gauntlet.toml`", "the rules by which strategies are judged ([Verdicts](verdicts.md))"),
    ("`configs/gauntlet-base.toml`", "the bare base rule, to see what it alone would have passed"),
    ("`configs/grammars/no-funding.toml`", "everything but what depends on funding"),
    ("`configs/grammars/price-only.toml`", "prices alone: no volume, no funding, no calendar"),
    ("`configs/calibration.toml`", "the worlds of [Honesty](honesty.md)"),
    ("`configs/calibration-more.toml`", "short histories of two and three years, where the bare rule fools itself"),
    ("`configs/calibration-search.toml`", "two classes that hold nothing, for [today's search](search.md)"),
    ("`configs/calibration-causes.toml`", "four causes, and how often what is found of them [graduates](search.md)"),
)
TITLES = {
    Kind.RUN: "A run",
    Kind.GAUNTLET: "The gauntlet",
    Kind.GRAMMAR: "A grammar",
    Kind.CAMPAIGN: "A campaign",
    Kind.SPLICE: "A recipe for a splice",
    Kind.FACTS: "Facts of coins",
}
LINKED = {"metric": "a [metric](#metrics)", "opcode": "[opcodes](opcodes.md)"}
"""Sets of names that another place lists."""
TEXT, DAY = "text", "a day: 2024-10-01"
NAMING = re.compile(r"^(The|An?) `\[+[\w.]+\]+`( table)?[:.] ")
"""How a table's description begins that names the table first, as a heading does."""


class Table(NamedTuple):
    """A table of a configuration file; the whole file has neither name nor path."""

    part: str
    """Name of that part of the schema."""
    path: str
    head: str
    """Heading of its keys."""
    schema: dict[str, Any]


def page() -> str:
    """Return the page as text."""
    return "\n".join([*_introduction(), *_metrics(), *(line for kind in Kind for line in _chapter(kind))])


def _introduction() -> list[str]:
    files = [f"| {name} | {what} |" for name, what in FILES]
    kinds = [f"| [{TITLES[kind].lower()}](#{_anchor(TITLES[kind])}) | {kind.command} |" for kind in Kind]
    return [
        "# Configuration",
        "",
        "Every key of every configuration file: what it means, what is allowed, and what holds where it is left out. "
        "Where a meaning says *None*, that is a key which is left out: TOML has no word for nothing.",
        "",
        "`organism config show FILE` prints a file with every default filled in, and says of each line whether the "
        "file gave it. An unknown key is refused with the nearest that there is. `configs/schema` holds the same as "
        "JSON schemas (`organism config schema KIND`): an editor with a plugin for TOML completes and checks keys "
        "where the first line of a file names its schema, as in those of ours.",
        "",
        "| kind | read by |",
        "| --- | --- |",
        *kinds,
        "",
        "What comes with the project:",
        "",
        "| file | what it is |",
        "| --- | --- |",
        *files,
        "",
    ]


def _metrics() -> list[str]:
    rows = [f"| `{name}` | {said} |" for name, said in METRIC_WORDS.items()]
    return [
        "## Metrics",
        "",
        "What `[[search.objective]]` and `[[search.limit]]` may name, and what `organism evolve show --json` says of "
        "the best rules. All are in sample, after costs unless said, pooled over coins, before the scale is frozen. "
        "Why evidence comes first: [ADR 16](adr/0016-what-speaks-for-a-rule.md).",
        "",
        "| metric | what it is |",
        "| --- | --- |",
        *rows,
        "",
    ]


def _chapter(kind: Kind) -> Iterator[str]:
    yield from (f"## {TITLES[kind]}", "", f"Read by {kind.command}; an example is {_example(kind)}.", "")
    parts = json_schema(kind).get("$defs", {})
    for table in _tables_of(kind):
        if table.head:
            yield from (f"### {table.head}", "", *_purpose(table.schema))
        yield from _rows(table, parts)


def _tables_of(kind: Kind) -> list[Table]:
    whole = json_schema(kind)
    return list(_tables(Table("", "", "", whole), whole.get("$defs", {}), kind))


def _tables(table: Table, parts: dict[str, Any], kind: Kind) -> Iterator[Table]:
    """Yield a table and those inside it; of a campaign not those that are a run's."""
    yield table
    for name, field in table.schema["properties"].items():
        inner, is_list = _inside(field)
        if inner is None or "properties" not in parts[inner] or (kind is Kind.CAMPAIGN and inner != "ClassSettings"):
            continue
        path = f"{table.path}.{name}".strip(".")
        head = f"`[[{path}]]`" if is_list else f"`[{path}]`"
        yield from _tables(Table(inner, path, head + _of(kind), parts[inner]), parts, kind)


@cache
def _places() -> dict[str, str]:
    """Return under which heading the keys of a part of the schema stand, the first of several."""
    found = [table for kind in Kind for table in _tables_of(kind) if table.head]
    return {table.part: table.head for table in reversed(found)}


def _inside(field: dict[str, Any]) -> tuple[str | None, bool]:
    """Return the part of the schema that a key is made of, and whether it is a list of such."""
    if "items" in field and "$ref" in field["items"]:
        return _part(field["items"]["$ref"]), True
    referred = [one["$ref"] for one in (field, *field.get("anyOf", ()), *field.get("allOf", ())) if "$ref" in one]
    return (_part(referred[0]) if referred else None), False


def _rows(table: Table, parts: dict[str, Any]) -> Iterator[str]:
    yield from ("| key | what it means | allowed | default |", "| --- | --- | --- | --- |")
    for name, field in table.schema["properties"].items():
        inner, _ = _inside(field)
        meaning = field.get("description") or (parts[inner].get("description", "") if inner else "")
        is_needed = name in table.schema.get("required", ())
        cells = (f"`{name}`", meaning, _allowed(field, parts), "*needed*" if is_needed else _default(field, parts))
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
    yield ""


def _allowed(field: dict[str, Any], parts: dict[str, Any]) -> str:
    inner, is_list = _inside(field)
    if inner in LINKED:
        return LINKED[inner]
    if inner is not None and "properties" in parts[inner]:
        named = any(one.get("type") == "string" for one in field.get("anyOf", ()))
        place = _places()[inner]
        link = f"[{'these tables' if is_list else 'this table'}](#{_anchor(place)})"
        return f"a file, or {link}" if named else link
    if inner is not None:
        return _names(parts[inner]["enum"])
    for one in field.get("anyOf", ()):
        if one.get("type") != "null":
            return _allowed(one, parts)
    return _values(field, parts)


def _values(field: dict[str, Any], parts: dict[str, Any]) -> str:
    if "enum" in field:
        return _names(field["enum"])
    match field["type"]:
        case "boolean":
            return "`true`, `false`"
        case "array":
            return f"a list: {_allowed(field['items'], parts)}"
        case "object":
            names = LINKED.get(_part(field["propertyNames"]["$ref"])) or "names of operators"
            return f"{names}, each with a number {_range(field['additionalProperties'])}"
        case "string":
            return {"date": DAY, "path": "a path"}.get(field.get("format", ""), _pattern(field))
        case kind:
            return f"{'whole ' if kind == 'integer' else ''}number {_range(field)}".strip()


def _range(field: dict[str, Any]) -> str:
    most = field.get("maximum")
    said = []
    if "minimum" in field:
        said.append(f"from {_number(field['minimum'])}")
    if "exclusiveMinimum" in field:
        said.append(f"above {_number(field['exclusiveMinimum'])}")
    if most is not None:
        said.append(f"to {_number(most)}")
    # What only has to fit a machine's word is no limit to anybody.
    if field.get("exclusiveMaximum", 2**63) < 2**63:
        said.append(f"below {_number(field['exclusiveMaximum'])}")
    return " ".join(said)


def _default(field: dict[str, Any], parts: dict[str, Any]) -> str:
    inner, is_list = _inside(field)
    if inner is not None and not is_list and "properties" in parts[inner]:
        return "as there"
    value = field.get("default")
    if value is None:
        return "*None*" if "anyOf" in field else "`{}`"
    return ", ".join(map(_shown, value)) if value and isinstance(value, list) else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "`{ " + ", ".join(f"{name} = {json.dumps(one)}" for name, one in value.items()) + " }`"
    return f"`{json.dumps(value)}`"


def _names(names: list[Any]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _pattern(field: dict[str, Any]) -> str:
    return f"{TEXT}: `{field['pattern'].strip('^$')}`" if "pattern" in field else TEXT


def _purpose(schema: dict[str, Any]) -> list[str]:
    said = NAMING.sub("", schema.get("description", ""))
    return [said[:1].upper() + said[1:], ""] if said else []


def _example(kind: Kind) -> str:
    place = kind.example.removeprefix("that of docs/")
    return f"that of [History]({place})" if place != kind.example else f"`{kind.example}`"


def _of(kind: Kind) -> str:
    return "" if kind in {Kind.RUN, Kind.GAUNTLET} else f" of {TITLES[kind].lower()}"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _part(reference: str) -> str:
    return reference.rpartition("/")[2]


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
