"""The shape of a case on disk: version, upgrades, the document, and its published JSON Schema.

A document is the plain JSON object in ``CASE.tiepoint``: the fields of :class:`Case` at the top
level, beside an envelope (``format``, ``schema_version``, ``engine``, ``saved_at``,
``log_head``). Top-level keys that are neither are kept and written back.

``python -m sync.case.schema`` writes ``case.schema.json`` anew after a change of the types.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from sync.case.case import Case
from sync.case.codec import (
    KIND,
    LIMIT_NS,
    TIME_SUFFIX,
    CodecError,
    canonical_json,
    decode,
    encode,
    is_record,
    plan_of,
    tag_of,
    union_members,
    unwrap_optional,
)
from sync.errors import CaseDamaged, CaseNewer

SCHEMA_VERSION = 4
FORMAT = "tiepoint-case"
ENVELOPE = ("format", "schema_version", "engine", "saved_at", "log_head")
SCHEMA_FILE = Path(__file__).with_name("case.schema.json")

Document = dict[str, Any]
Upgrade = Callable[[Document], Document]

UPGRADES: dict[int, Upgrade] = {1: dict, 2: dict, 3: dict}
"""``UPGRADES[n]`` turns a document of version n into one of version n + 1.

1 → 2 added log times, clock places and what limits do to a solution: nothing to rewrite.
2 → 3 added annotations: nothing to rewrite.
3 → 4 added the pictures an unverified mark stands on: nothing to rewrite.

A step gets a document without its envelope and must not change the one it was given."""

KEPT_APART = "unknown"
"""The field of :class:`Case` that holds the keys this version does not know."""

CASE_FIELDS = tuple(plan for plan in plan_of(Case) if plan.name != KEPT_APART)


def upgrade(
    document: Document,
    version: int,
    *,
    upgrades: Mapping[int, Upgrade] | None = None,
    to: int = SCHEMA_VERSION,
) -> Document:
    """``document`` of schema ``version`` as one of schema ``to``, one step at a time.

    Raises
    ------
    CaseNewer
        When ``version`` is later than ``to``.
    CaseDamaged
        When ``version`` is none, or there is no step from it.
    """
    steps = UPGRADES if upgrades is None else upgrades
    if type(version) is not int or version < 1:
        raise CaseDamaged(
            f"The case states no version that can be read ({version!r}).",
            hint="Use a copy that was saved whole; this file was not touched.",
        )
    if version > to:
        raise CaseNewer(
            f"The case was written by a later version of Tiepoint (schema {version}; this "
            f"version reads up to {to}).",
            hint="Open it with the later version; this file was not touched.",
        )
    for step in range(version, to):
        if step not in steps:
            raise CaseDamaged(f"There is no way to read a case of schema {step}.")
        document = steps[step](document)
    return document


# -- a case as a document and back --------------------------------------------------------------


def document_of(case: Case) -> Document:
    """The case as a document without its envelope, unknown keys included.

    Raises
    ------
    CodecError
        When a value of the case does not fit its type.
    """
    document: Document = dict(case.unknown)
    for plan in CASE_FIELDS:
        document[plan.key] = encode(getattr(case, plan.name), plan.hint, plan.key)
    return document


def case_of(document: Document) -> Case:
    """The case a document (of this schema version, with or without envelope) describes.

    Raises
    ------
    CodecError
        When the document does not fit; it names the key.
    """
    known = {plan.key for plan in CASE_FIELDS}
    fields = {key: part for key, part in document.items() if key in known}
    unknown = {
        key: part for key, part in document.items() if key not in known and key not in ENVELOPE
    }
    if KEPT_APART in unknown:
        raise CodecError(KEPT_APART, "is not a known key")
    plain = {**fields, KEPT_APART: {}}
    values = {
        plan.name: decode(plan.hint, plain[plan.key], plan.key)
        for plan in CASE_FIELDS
        if plan.key in plain
    }
    if "id" not in values:
        raise CodecError("id", "is missing")
    return Case(**values, unknown=unknown)


# -- the published schema -----------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``CASE.tiepoint``, derived from the types."""
    definitions: dict[str, Any] = {}
    body = _record_schema(Case, definitions)
    properties = {
        "format": {"const": FORMAT},
        "schema_version": {"const": SCHEMA_VERSION},
        "engine": {"type": "string", "description": "Version that wrote the file."},
        "saved_at": {"type": "string", "description": "UTC, ISO 8601."},
        "log_head": {
            "type": "object",
            "description": "Last entry of CASE.tiepoint.log that this snapshot holds.",
            "properties": {
                "seq": {"type": "integer", "minimum": 1},
                "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            },
            "required": ["seq", "hash"],
            "additionalProperties": False,
        },
        **body["properties"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tiepoint case",
        "description": "A synchronised case. Times are whole nanoseconds; the key ends in what "
        "they are counted on: _media_ns (time in the file), _reference_ns (a clock's own scale, "
        "since midnight of day zero), _ns (a span). Unknown keys at the top level are kept.",
        "type": "object",
        "properties": dict(sorted(properties.items())),
        "required": sorted([*ENVELOPE, *body["required"]]),
        "additionalProperties": True,
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    hint, optional = unwrap_optional(hint)
    if optional:
        return {"anyOf": [_schema(hint, definitions), {"type": "null"}]}
    members = union_members(hint)
    if members:
        return {"oneOf": [_tagged(member, definitions) for member in members]}
    if hint in TIME_SUFFIX:
        return {"type": "integer", "minimum": -LIMIT_NS, "maximum": LIMIT_NS - 1}
    if is_record(hint):
        return _reference(hint, definitions)
    if get_origin(hint) is tuple:
        args = get_args(hint)
        if len(args) == 2 and args[1] is Ellipsis:
            return {"type": "array", "items": _schema(args[0], definitions)}
        return {
            "type": "array",
            "prefixItems": [_schema(arg, definitions) for arg in args],
            "minItems": len(args),
            "maxItems": len(args),
        }
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    names = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
    return {"type": names[hint]}


def _reference(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    cls = get_origin(hint) or hint
    name = cls.__name__ + "".join(arg.__name__ for arg in get_args(hint))
    if name not in definitions:
        definitions[name] = {}  # holds the place while the fields are written
        definitions[name] = _record_schema(hint, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _tagged(member: type, definitions: dict[str, Any]) -> dict[str, Any]:
    reference = _reference(member, definitions)
    definition = definitions[member.__name__]
    definition["properties"] = {KIND: {"const": tag_of(member)}, **definition["properties"]}
    definition["required"] = sorted({KIND, *definition["required"]})
    return reference


def _record_schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    cls = get_origin(hint) or hint
    properties: dict[str, Any] = {}
    required = []
    for plan in plan_of(hint):
        if cls is Case and plan.name == KEPT_APART:
            continue
        shape = _schema(plan.hint, definitions)
        if plan.infinite_as_null:
            shape = {"anyOf": [shape, {"type": "null", "description": "infinite"}]}
        properties[plan.key] = shape
        if plan.required:
            required.append(plan.key)
    return {
        "type": "object",
        "description": " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split()),
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


def schema_bytes() -> bytes:
    """What ``case.schema.json`` must hold."""
    return canonical_json(json_schema(), indent=2) + b"\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(schema_bytes())
