"""Makes the examples of the OpenAPI document, from its schemas and the examples of single fields in them."""

from collections.abc import Mapping
from typing import Any

_NEUTRAL = {"string": "", "integer": 1, "number": 0.5, "boolean": True, "null": None}
_NO_EXAMPLE = object()


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, brief: bool) -> Any:
    """A value that fits a JSON schema. schemas: those it may refer to. brief: without the members of objects that may
    be left out, unless they have an example of their own.
    """
    found = _example(schema, schemas, brief)
    return None if found is _NO_EXAMPLE else found


def _example(schema: Mapping[str, Any], schemas: Mapping[str, Any], brief: bool) -> Any:
    """_NO_EXAMPLE where a brief one has nothing to show."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas, brief)
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in schema:
            return _example(schema[choices][0], schemas, brief)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        item = _example(schema.get("items", {}), schemas, brief)
        return [] if item is _NO_EXAMPLE else [item]
    if "properties" in schema:
        return _object(schema, schemas, brief)
    return _NO_EXAMPLE if brief else _NEUTRAL.get(schema.get("type", ""), {})


def _object(schema: Mapping[str, Any], schemas: Mapping[str, Any], brief: bool) -> Any:
    members = {}
    for name, member in schema["properties"].items():
        if brief and name not in schema.get("required", ()) and not _has_example(member, schemas):
            continue
        found = _example(member, schemas, brief)
        members[name] = _example(member, schemas, False) if found is _NO_EXAMPLE else found
    return members


def _has_example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> bool:
    if "$ref" in schema and "examples" not in schema:
        inner = schemas[schema["$ref"].rpartition("/")[2]]
        return any(_has_example(member, schemas) for member in inner.get("properties", {}).values())
    return "examples" in schema or any(
        _has_example(choice, schemas) for choice in schema.get("anyOf", ())
    )
