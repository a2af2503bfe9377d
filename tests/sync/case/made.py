"""Made cases: small ones by hand, and any case at all for property tests."""

from __future__ import annotations

import math
from dataclasses import replace
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from sync.case.case import Break, Case, Clock, Source
from sync.case.codec import TIME_SUFFIX, is_record, plan_of, union_members, unwrap_optional
from sync.case.log import item_key
from sync.clock import ClockModel
from sync.media.facts import MediaFacts, PictureFacts, SoundFacts
from sync.timebase import Duration, MediaTime, TimeRange
from sync.uncertainty import Distribution


def s(seconds: float) -> MediaTime:
    """A media time, short."""
    return MediaTime.from_s(seconds)


def facts(
    name: str,
    *,
    duration_s: float = 100.0,
    start_s: float = 0.0,
    picture: bool = True,
    sound: bool = False,
) -> MediaFacts:
    """Facts of a file that does not exist; the hash is made of its name."""
    return MediaFacts(
        kind="video+sound" if picture and sound else "video" if picture else "sound",
        container="mp4",
        size_bytes=1000,
        sha256=name.encode().hex().ljust(64, "0")[:64],
        duration=Duration.from_s(duration_s),
        picture=PictureFacts(
            codec="h264",
            width_px=640,
            height_px=360,
            rotation_deg=0,
            sample_aspect="1:1",
            time_base="1/15360",
            nominal_rate="15/1",
            frames=1500,
            pictures=1500,
            first=s(start_s),
            last=s(start_s + duration_s - 1 / 15),
            median_interval=Duration.from_s(1 / 15),
            variable_rate=False,
            index="verified",
        )
        if picture
        else None,
        sound=SoundFacts(
            codec="pcm_s16le",
            sample_rate_hz=8000,
            channels=1,
            samples=int(duration_s * 8000),
            start=s(start_s),
            start_half=Duration(0),
            reader="soundfile",
        )
        if sound
        else None,
        encoder=None,
        health=(),
        claims=(),
    )


def source(name: str, *, breaks: tuple[float, ...] = (), **how: Any) -> Source:
    """A source with its own clock of the same id."""
    return Source(
        id=name,
        name=f"{name}.mp4",
        path=f"{name}.mp4",
        facts=facts(name, **how),
        clock=name,
        breaks=tuple(Break(at=s(at), reason="silence removed") for at in breaks),
    )


def small_case(**changes: Any) -> Case:
    """Two cameras (one with sound) and a radio recording with two breaks; no evidence yet."""
    case = Case(id="case", title="Harrow Hall", created="2024-01-01T00:00:00Z")
    for one in (
        source("cam1"),
        source("phone", sound=True),
        source("dispatch", picture=False, sound=True, breaks=(30.0, 60.0)),
    ):
        case = case.with_source(one, Clock(id=one.id, name=one.id))
    return replace(case, **changes)


# -- any case -----------------------------------------------------------------------------------

_NS = st.integers(-(2**63), 2**63 - 1)
_TEXT = st.text(max_size=8)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_POSITIVE = st.floats(min_value=1e-9, max_value=1e9)


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """A strategy for any value of a type that a case can hold."""
    hint, optional = unwrap_optional(hint)
    strategy = _anything(hint)
    return st.none() | strategy if optional else strategy


def _anything(hint: Any) -> st.SearchStrategy[Any]:
    if union_members(hint):
        return st.one_of([anything(member) for member in union_members(hint)])
    if hint in TIME_SUFFIX:
        return st.builds(hint, _NS)
    if hint in _SPECIAL:
        return _SPECIAL[hint]
    if is_record(hint):
        cls = get_origin(hint) or hint
        return st.builds(cls, **{plan.name: anything(plan.hint) for plan in plan_of(hint)})
    if get_origin(hint) is tuple:
        args = get_args(hint)
        if args[-1] is Ellipsis:
            return st.lists(anything(args[0]), max_size=3).map(tuple)
        return st.tuples(*map(anything, args))
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    assert not (isinstance(hint, type) and issubclass(hint, Enum))
    return {str: _TEXT, int: _NS, bool: st.booleans(), float: _FLOATS}[hint]


_RANGES = st.tuples(_NS, _NS).map(lambda ends: TimeRange(*map(MediaTime, sorted(ends))))
_SPECIAL: dict[Any, st.SearchStrategy[Any]] = {
    Distribution: st.builds(
        Distribution,
        st.sampled_from(["rectangular", "triangular", "normal"]),
        _POSITIVE,
        _POSITIVE | st.just(math.inf),
    ),
    TimeRange[MediaTime]: _RANGES,
}
_SPECIAL[ClockModel] = st.builds(
    ClockModel,
    **{
        plan.name: anything(plan.hint)
        for plan in plan_of(ClockModel)
        if plan.name not in ("drift", "var_offset_s2", "var_drift")
    },
    drift=st.floats(-0.49, 0.49),
    var_offset_s2=st.floats(0, 1e9),
    var_drift=st.floats(0, 1e9),
)


def cases() -> st.SearchStrategy[Case]:
    """Any case whose ids are unique (what it points at need not exist)."""
    parts = {}
    for plan in plan_of(Case):
        if plan.name == "unknown":
            continue
        if get_origin(plan.hint) is tuple:
            item = anything(get_args(plan.hint)[0])
            parts[plan.name] = st.lists(item, max_size=3, unique_by=item_key).map(tuple)
        else:
            parts[plan.name] = anything(plan.hint)
    return st.builds(Case, **parts)
