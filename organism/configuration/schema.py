"""The JSON schema of each kind of configuration, by which editors complete and check a file."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from data.intervals import INTERVALS_MS
from evolution.opcodes.catalogue import CATALOGUE
from evolution.rows.odds import OPERATOR_WEIGHTS
from evolution.search.objectives import METRICS
from organism.configuration.kind import Kind
from organism.configuration.kinds import MODELS
from organism.configuration.words import KEY_WORDS

DIALECT = "http://json-schema.org/draft-07/schema#"
"""What the TOML plugins of editors understand."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "interval": tuple(INTERVALS_MS),
    "metric": METRICS,
    "opcode": tuple(CATALOGUE),
    "operator": tuple(OPERATOR_WEIGHTS),
}
"""Closed sets of names that the settings check by themselves."""
NAMED_BY: Mapping[str, str] = {
    "interval": "interval",
    "metric": "metric",
    "only": "opcode",
    "excluded": "opcode",
    "excluded_opcodes": "opcode",
    "weights": "opcode",
    "operator_weights": "operator",
}
"""Keys whose text, texts, or own keys are of such a set."""


class _Untitled(GenerateJsonSchema):
    """A schema without titles, which would only repeat the keys."""

    schema_dialect = DIALECT

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON schema of a kind of configuration file."""
    model = MODELS[kind]
    schema = {"$schema": DIALECT} | model.model_json_schema(schema_generator=_Untitled)
    tables = {item.__name__: item for item in _models(model)}
    for name, table in [(model.__name__, schema), *schema.get("$defs", {}).items()]:
        del table["title"]
        if name in tables:
            _describe(table, tables[name])
    used = [name for name in NAMES if f'#/$defs/{name}"' in json.dumps(schema)]
    schema["$defs"] = schema.get("$defs", {}) | {name: {"type": "string", "enum": list(NAMES[name])} for name in used}
    if kind is Kind.RUN:
        search = schema["$defs"]["SearchSettings"]["properties"]
        path = {"type": "string", "description": "A grammar file, relative to the project's root."}
        search["grammar"] = {"anyOf": [path, search["grammar"]]}
    return schema


def _describe(table: dict[str, Any], model: type[BaseModel]) -> None:
    """Write into a table of the schema what the source says of each field."""
    table["description"] = inspect.cleandoc(model.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    said = {name: KEY_WORDS.get(f"{model.__name__}.{name}", "") for name in table["properties"]} | _field_docs(model)
    for name, field in table["properties"].items():
        if field.get("default", ...) is None:
            # There is no null in TOML: the key is left out.
            del field["default"]
        if said[name] and "$ref" not in field:
            field["description"] = said[name]
        if name in NAMED_BY:
            _restrict(field, {"$ref": f"#/$defs/{NAMED_BY[name]}"})


def _restrict(field: dict[str, Any], names: dict[str, str]) -> None:
    if field["type"] == "object":
        field["propertyNames"] = names
    elif field["type"] == "array":
        field["items"] = names
    else:
        del field["type"]
        field["allOf"] = [names]


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model and all models inside it."""
    yield model
    for field in model.model_fields.values():
        for inner in _inside(field.annotation):
            yield from _models(inner)


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _inside(argument)


def _field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Return the text below each field of a model's source, on one line."""
    [body] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                found[name] = " ".join(said.split())
            case _:
                pass
    return found
