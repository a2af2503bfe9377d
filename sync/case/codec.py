"""Frozen dataclasses to plain JSON values and back, driven by their type hints.

Units stand in the keys: a field of type ``MediaTime`` is written under its name with
``_media_ns``, ``ReferenceTime`` with ``_reference_ns``, ``Duration`` with ``_ns``, all as whole
nanoseconds. A value of a union of dataclasses carries its kind under ``"kind"``. Floats are
written so that they come back bit for bit; NaN never, and infinite degrees of freedom as null.
"""

from __future__ import annotations

import dataclasses
import json
import math
import operator
import re
from dataclasses import MISSING, dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from sync.errors import TiepointError
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.uncertainty import Distribution

T = TypeVar("T")

TIME_SUFFIX: dict[Any, str] = {
    MediaTime: "_media_ns",
    ReferenceTime: "_reference_ns",
    Duration: "_ns",
}
KIND = "kind"
LIMIT_NS = 2**63
"""Times are kept within what a 64-bit integer holds (292 years), so numpy can take them."""
INFINITE_AS_NULL = frozenset({(Distribution, "dof")})
"""The only fields that may be infinite: JSON has no infinity."""


class CodecError(ValueError):
    """A value that does not fit its type; ``where`` names it as in ``evidence[3].distribution``."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where or 'the whole'}: {what}")
        self.where = where
        self.what = what


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """How one field of a dataclass is written."""

    name: str
    key: str
    hint: Any
    required: bool
    infinite_as_null: bool


# -- reading type hints -------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _origin(hint: Any) -> Any:
    return get_origin(hint)


@lru_cache(maxsize=1024)
def unwrap_optional(hint: Any) -> tuple[Any, bool]:
    """The hint without ``None``, and whether ``None`` was allowed."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    args = get_args(hint)
    kept = tuple(arg for arg in args if arg is not NoneType)
    return (kept[0] if len(kept) == 1 else Union[kept]), len(kept) < len(args)  # noqa: UP007


@lru_cache(maxsize=1024)
def union_members(hint: Any) -> tuple[type, ...]:
    """The dataclasses of a tagged union; empty when the hint is no union."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else ()


def tag_of(cls: type) -> str:
    """``StatedOffset`` → ``stated-offset``: what stands under ``"kind"``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()


@lru_cache(maxsize=1024)
def is_record(hint: Any) -> bool:
    """True for a dataclass that is written as an object (times are written as integers)."""
    return dataclasses.is_dataclass(get_origin(hint) or hint) and hint not in TIME_SUFFIX


@lru_cache(maxsize=256)
def plan_of(hint: Any) -> tuple[FieldPlan, ...]:
    """The fields of a dataclass (or of a generic one with its argument, ``TimeRange[…]``)."""
    cls = get_origin(hint) or hint
    bound = dict(zip(getattr(cls, "__parameters__", ()), get_args(hint), strict=False))
    hints = get_type_hints(cls)
    plans = []
    for item in dataclasses.fields(cls):
        kind = bound.get(hints[item.name], hints[item.name])
        leaf, _ = unwrap_optional(kind)
        if get_origin(leaf) is tuple:
            leaf, _ = unwrap_optional(get_args(leaf)[0])
        plans.append(
            FieldPlan(
                name=item.name,
                key=item.name + TIME_SUFFIX.get(leaf, ""),
                hint=kind,
                required=item.default is MISSING and item.default_factory is MISSING,
                infinite_as_null=(cls, item.name) in INFINITE_AS_NULL,
            )
        )
    return tuple(plans)


# -- writing ------------------------------------------------------------------------------------


def encode(value: Any, hint: Any, where: str = "") -> Any:
    """``value`` as plain JSON (dict, list, str, int, float, bool, None).

    Raises
    ------
    CodecError
        When the value does not fit its hint, or is NaN.
    """
    hint, optional = unwrap_optional(hint)
    if value is None and (optional or hint is NoneType):
        return None
    members = union_members(hint)
    if members:
        if type(value) not in members:
            raise CodecError(where, f"{type(value).__name__} is not one of the kinds written here")
        return {KIND: tag_of(type(value)), **_encode_record(value, type(value), where)}
    if hint in TIME_SUFFIX:
        if type(value) is not hint:
            raise CodecError(where, f"expected {hint.__name__}, not {type(value).__name__}")
        return _whole(value.ns, where)
    if is_record(hint):
        return _encode_record(value, hint, where)
    if _origin(hint) is tuple:
        return _encode_tuple(value, get_args(hint), where)
    return _encode_leaf(value, hint, where)


def _encode_record(value: Any, hint: Any, where: str) -> dict[str, Any]:
    cls = _origin(hint) or hint
    if type(value) is not cls:
        raise CodecError(where, f"expected {cls.__name__}, not {type(value).__name__}")
    written: dict[str, Any] = {}
    for plan in plan_of(hint):
        part = getattr(value, plan.name)
        if plan.infinite_as_null and part == math.inf:
            written[plan.key] = None
        else:
            written[plan.key] = encode(part, plan.hint, _inside(where, plan.key))
    return written


def _encode_tuple(value: Any, args: tuple[Any, ...], where: str) -> list[Any]:
    if not isinstance(value, tuple):
        raise CodecError(where, f"expected a tuple, not {type(value).__name__}")
    return [
        encode(part, hint, f"{where}[{number}]")
        for number, (part, hint) in enumerate(zip(value, _item_hints(args, len(value), where),
                                                  strict=True))
    ]  # fmt: skip


def _encode_leaf(value: Any, hint: Any, where: str) -> Any:
    if _origin(hint) is Literal:
        if value not in get_args(hint):
            raise CodecError(where, f"{value!r} is not one of {_choices(hint)}")
        return value
    if isinstance(hint, type) and issubclass(hint, Enum):
        if not isinstance(value, hint):
            raise CodecError(where, f"expected {hint.__name__}, not {value!r}")
        return value.value
    try:
        if hint is bool:
            return bool(value)
        if hint is int:
            return operator.index(value)
        if hint is float:
            return _finite(float(value), where)
    except TypeError as error:
        raise CodecError(where, f"{value!r} is not a number") from error
    if hint is str:
        if not isinstance(value, str):
            raise CodecError(where, f"expected text, not {value!r}")
        return str(value)
    raise CodecError(where, f"no way to write a {hint}")


# -- reading ------------------------------------------------------------------------------------


def decode(hint: Any, plain: Any, where: str = "") -> Any:
    """The value of type ``hint`` that ``plain`` describes.

    Raises
    ------
    CodecError
        When ``plain`` does not fit, or holds a key that is not known.
    """
    hint, optional = unwrap_optional(hint)
    if plain is None and (optional or hint is NoneType):
        return None
    members = union_members(hint)
    if members:
        return _decode_tagged(members, plain, where)
    if hint in TIME_SUFFIX:
        if type(plain) is not int:
            raise CodecError(where, f"expected whole nanoseconds, not {plain!r}")
        return hint(_whole(plain, where))
    if is_record(hint):
        return _decode_record(hint, plain, where)
    if get_origin(hint) is tuple:
        if not isinstance(plain, list):
            raise CodecError(where, f"expected a list, not {plain!r}")
        hints = _item_hints(get_args(hint), len(plain), where)
        return tuple(
            decode(item_hint, item, f"{where}[{number}]")
            for number, (item_hint, item) in enumerate(zip(hints, plain, strict=True))
        )
    return _decode_leaf(hint, plain, where)


def _decode_tagged(members: tuple[type, ...], plain: Any, where: str) -> Any:
    kind = plain.get(KIND) if isinstance(plain, dict) else None
    for member in members:
        if tag_of(member) == kind:
            return _decode_record(
                member, {key: part for key, part in plain.items() if key != KIND}, where
            )
    known = ", ".join(tag_of(member) for member in members)
    raise CodecError(_inside(where, KIND), f"{kind!r} is not one of {known}")


def _decode_record(hint: Any, plain: Any, where: str) -> Any:
    cls = get_origin(hint) or hint
    if not isinstance(plain, dict):
        raise CodecError(where, f"expected an object, not {plain!r}")
    plans = plan_of(hint)
    strange = sorted(plain.keys() - {plan.key for plan in plans})
    if strange:
        raise CodecError(_inside(where, strange[0]), "is not a known key")
    values: dict[str, Any] = {}
    for plan in plans:
        if plan.key not in plain:
            if plan.required:
                raise CodecError(_inside(where, plan.key), "is missing")
            continue
        part = plain[plan.key]
        if plan.infinite_as_null and part is None:
            values[plan.name] = math.inf
        else:
            values[plan.name] = decode(plan.hint, part, _inside(where, plan.key))
    try:
        return cls(**values)
    except (ValueError, TypeError, TiepointError) as error:
        # A dataclass that checks itself (Distribution, ClockModel, TimeRange) refused.
        raise CodecError(where, str(error)) from error


def _decode_leaf(hint: Any, plain: Any, where: str) -> Any:
    if get_origin(hint) is Literal:
        if plain not in get_args(hint) or isinstance(plain, bool):
            raise CodecError(where, f"{plain!r} is not one of {_choices(hint)}")
        return plain
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(plain)
        except ValueError as error:
            raise CodecError(where, str(error)) from error
    if hint is float:
        if type(plain) not in (int, float):
            raise CodecError(where, f"expected a number, not {plain!r}")
        return _finite(float(plain), where)
    if hint in (int, bool, str):
        if type(plain) is not hint:
            raise CodecError(where, f"expected {_NAMES[hint]}, not {plain!r}")
        return plain
    raise CodecError(where, f"no way to read a {hint}")


_NAMES = {int: "a whole number", bool: "true or false", str: "text"}


def _item_hints(args: tuple[Any, ...], count: int, where: str) -> tuple[Any, ...]:
    if len(args) == 2 and args[1] is Ellipsis:
        return (args[0],) * count
    if len(args) != count:
        raise CodecError(where, f"expected {len(args)} items, not {count}")
    return args


def _choices(hint: Any) -> str:
    return ", ".join(str(choice) for choice in get_args(hint))


def _finite(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise CodecError(where, "is not a finite number")
    return value


def _whole(ns: int, where: str) -> int:
    if not -LIMIT_NS <= ns < LIMIT_NS:
        raise CodecError(where, "is outside the 292 years a time can hold")
    return operator.index(ns)


def _inside(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


# -- JSON text ----------------------------------------------------------------------------------

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical_json(plain: Any, *, indent: int | None = None) -> bytes:
    """JSON as UTF-8 with sorted keys and one way only of writing it, so that it can be hashed.

    A file name that is not valid UTF-8 reaches Python as lone surrogates; they are escaped, as
    UTF-8 cannot hold them.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(
        plain,
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        indent=indent,
        separators=separators,
    )
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode("utf-8")


def read_json(data: bytes) -> Any:
    """Parse JSON strictly: UTF-8, no NaN or infinity, no key twice in one object.

    Raises
    ------
    CodecError
        When it is anything else.
    """
    try:
        return json.loads(
            data.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_unique_keys
        )
    except json.JSONDecodeError as error:
        raise CodecError(f"line {error.lineno}", f"is not JSON ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise CodecError(f"byte {error.start}", "is not UTF-8 text") from error
    except RecursionError as error:
        raise CodecError("", "is nested too deeply") from error
    except CodecError:
        raise
    except ValueError as error:  # an integer of thousands of digits
        raise CodecError("", str(error)) from error


def _refuse_constant(name: str) -> Any:
    raise CodecError("", f"{name} is not a number that may be kept")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise CodecError(twice, "stands twice in one object")
    return found
