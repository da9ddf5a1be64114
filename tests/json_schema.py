"""The part of JSON Schema that properties/report/report.schema.json uses. A word that is not known here is an error, so that
nothing in a schema goes unchecked."""
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
NOTES = {"$schema", "title", "$defs", "$ref"}


def is_type(value, name):
    if name in ("integer", "number"):
        kinds = (int,) if name == "integer" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def same(value, other):
    return type(value) is type(other) and value == other


def each(value, schema, root, path):
    """Complaints about what is inside an object or a list."""
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{path}.{name} is missing" for name in schema.get("required", []) if name not in value)
        for name, entry in value.items():
            inner = known.get(name, others)
            if inner is False:
                yield f"{path}.{name} is not allowed"
            elif inner is not True:
                yield from complaints(entry, inner, root, f"{path}.{name}")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{path} has {len(value)} items"
        for at, entry in enumerate(value):
            yield from complaints(entry, schema.get("items", {}), root, f"{path}[{at}]")


CHECKS = {
    "type": lambda value, right: is_type(value, right),
    "const": lambda value, right: same(value, right),
    "enum": lambda value, right: any(same(value, one) for one in right),
    "minimum": lambda value, right: not is_type(value, "number") or value >= right,
    "maximum": lambda value, right: not is_type(value, "number") or value <= right,
    "pattern": lambda value, right: not isinstance(value, str) or re.search(right, value) is not None,
}
INSIDE = {"properties", "required", "additionalProperties", "items", "minItems", "maxItems"}


def complaints(value, schema, root=None, path="report"):
    """What is wrong with a value, in words; nothing: it is as the schema says."""
    root = schema if root is None else root
    if "$ref" in schema:
        target = root
        for name in schema["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        yield from complaints(value, target, root, path)
    for word, right in schema.items():
        if word in CHECKS:
            if not CHECKS[word](value, right):
                yield f"{path} is {str(value)[:60]!r}, {word} {right}"
        elif word == "anyOf":
            if all(list(complaints(value, one, root, path)) for one in right):
                yield f"{path} is {str(value)[:60]!r}, none of what is allowed"
        elif word not in NOTES and word not in INSIDE:
            raise ValueError(f"{path}: the schema says {word}, which is not known here")
    yield from each(value, schema, root, path)
