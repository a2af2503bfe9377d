"""What each source shows at a reference time, at every edge, and why it shows nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.adjustment.solution import ClockResult, Limited, Solution
from sync.case.acts import mark_event, reject, set_aside
from sync.case.case import Case
from sync.case.recordings import with_breaks
from sync.clock import ClockModel
from sync.errors import EvidenceError
from sync.timebase import Duration, MediaTime, ReferenceTime, TimeRange
from sync.timeline import NO_LINK, Timeline, build_timeline, place_marker
from tests.sync.case.made import s, small_case

T0_S = 14 * 3600 + 22 * 60
NS = Duration(1)


def r(seconds: float) -> ReferenceTime:
    """A reference time after 14:22:00."""
    return ReferenceTime.from_s(T0_S + seconds)


def model(
    source: str, stretch: int, offset_s: float, *, drift: float = 0.0, u_s: float = 0.06
) -> ClockModel:
    return ClockModel(
        source=source,
        stretch=stretch,
        epoch=s(0),
        reference=r(offset_s),
        drift=drift,
        var_offset_s2=u_s**2,
        cov_offset_drift_s=0.0,
        var_drift=0.0,
        coverage_factor=2.0,
        observed=TimeRange(s(0), s(50)),
    )


def solved(case: Case, *models: ClockModel) -> Case:
    """The case with a solution that holds these clocks and no others."""
    by_stretch = {(clock.source, clock.stretch): clock for clock in models}
    clocks = tuple(
        ClockResult(
            source=source.id,
            stretch=number,
            status="ok" if (source.id, number) in by_stretch else "unconstrained",
            model=by_stretch.get((source.id, number)),
            u_s=None,
            U95_s=None,
            k=None,
            is_reference=False,
            valid_from=start,
            valid_to=end,
            anchors=0,
            in_words="",
        )
        for source in case.sources
        for number, (start, end) in enumerate(source.stretches)
    )
    solution = Solution(
        status="partly", message="", datum=None, clocks=clocks, events=(), rows=(), chi2=0.0, dof=0,
        p_global=None, birge=1.0, proposals=(), problems=(), inputs_digest="", engine_version="",
        calculated_at="",
    )  # fmt: skip
    return case.with_solution(solution)


def placed() -> Timeline:
    """Cam 1 from 60 s; dispatch 0-30, a gap of 10 s, 30-60 without a link, then 60-100 at 90 s."""
    case = solved(
        small_case(),
        model("cam1", 0, 60.0, drift=1e-3),
        model("dispatch", 0, 0.0),
        model("dispatch", 2, 30.0),
    )
    return build_timeline(case, stale=False)


def test_clips_lie_where_their_clock_puts_them() -> None:
    timeline = placed()
    track = timeline.track("cam1")
    assert track is not None and track.linked
    clip = track.clips[0]
    assert (clip.start, clip.end) == (r(60), r(160.1))
    assert (clip.media_start, clip.media_end) == (s(0), s(100))
    assert clip.half_start == Duration.from_s(0.12)
    assert timeline.span == (r(0), r(160.1))
    phone = timeline.track("phone")
    assert phone is not None and not phone.linked
    assert phone.clips[0].status == "unconstrained"
    assert timeline.track("nobody") is None


def test_without_a_calculation_nothing_is_placed() -> None:
    timeline = build_timeline(small_case(), stale=False)
    assert timeline.span is None
    assert all(not track.linked for track in timeline.tracks)
    assert timeline.position("cam1", r(0)).reason == NO_LINK


@pytest.mark.parametrize(
    ("at", "media"),
    [(r(60), s(0)), (r(60) + NS, MediaTime(1)), (r(160.1) - NS, MediaTime(s(100).ns - 1))],
)
def test_footage_at_the_edges(at: ReferenceTime, media: MediaTime) -> None:
    position = placed().position("cam1", at)
    assert position.state == "footage"
    assert position.media == media
    assert (position.stretch, position.reason) == (0, "")
    assert position.half == Duration.from_s(0.12)


@pytest.mark.parametrize(
    ("source", "at", "reason"),
    [
        ("cam1", r(60) - NS, "not recording: begins at 14:23:00.0"),
        ("cam1", r(160.1), "ended at 14:24:40.1"),
        ("cam1", r(900), "ended at 14:24:40.1"),
        ("dispatch", r(-1), "not recording: begins at 14:22:00.0; one stretch of it not linked"),
        (
            "dispatch",
            r(30),
            "time removed here, length unknown (0 to 30.3 s); one stretch of it not linked",
        ),
        (
            "dispatch",
            r(90) - NS,
            "time removed here, length unknown (0 to 30.3 s); one stretch of it not linked",
        ),
        ("dispatch", r(130), "ended at 14:24:10.0; one stretch of it not linked"),
    ],
)
def test_the_card_says_why_there_is_nothing(source: str, at: ReferenceTime, reason: str) -> None:
    position = placed().position(source, at)
    assert position.state == "no footage"
    assert (position.media, position.stretch, position.half) == (None, None, None)
    assert position.reason == reason


def test_the_next_stretch_begins_at_its_first_nanosecond() -> None:
    position = placed().position("dispatch", r(90))
    assert (position.state, position.media, position.stretch) == ("footage", s(60), 2)


def test_no_link_is_not_offset_zero() -> None:
    timeline = placed()
    for at in (r(0), ReferenceTime(0), r(80)):
        position = timeline.position("phone", at)
        assert position.state == "no link"
        assert position.media is None
        assert position.reason == NO_LINK
    with pytest.raises(EvidenceError, match="nobody"):
        timeline.position("nobody", r(0))


def test_where_stretches_overlap_the_later_one_is_shown() -> None:
    case = small_case()
    case = solved(case, model("dispatch", 0, 0.0), model("dispatch", 1, -6.0))
    timeline = build_timeline(case, stale=False)
    assert timeline.position("dispatch", r(23)).stretch == 0
    assert timeline.position("dispatch", r(24)).stretch == 1
    assert timeline.position("dispatch", r(24)).media == s(30)
    track = timeline.track("dispatch")
    assert track is not None and track.gaps == ()


def test_gaps_lie_between_neighbouring_placed_stretches() -> None:
    case = solved(
        small_case(),
        model("dispatch", 0, 0.0),
        model("dispatch", 1, 5.0),
        model("dispatch", 2, 5.0),
    )
    track = build_timeline(case, stale=False).track("dispatch")
    assert track is not None
    assert [(gap.start, gap.end, gap.reason) for gap in track.gaps] == [
        (r(30), r(35), "silence removed")
    ]
    unlinked_between = placed().track("dispatch")
    assert unlinked_between is not None and unlinked_between.gaps == ()


def test_a_clock_of_another_division_into_stretches_places_nothing() -> None:
    case = solved(small_case(), model("cam1", 0, 60.0))
    case = with_breaks(case, "cam1", [replace(case.source("dispatch").breaks[0], at=s(50))])
    timeline = build_timeline(case, stale=True)
    assert timeline.stale
    track = timeline.track("cam1")
    assert track is not None and not track.linked
    assert timeline.position("cam1", r(70)).reason == f"{NO_LINK} (the calculation is out of date)"


def test_marks_are_placed_by_their_own_clock() -> None:
    case = small_case()
    case, first = mark_event(
        case, event="door", source="cam1", stream="picture", earliest=s(10), latest=s(12)
    )
    case, second = mark_event(
        case, event="door", source="phone", stream="picture", earliest=None, latest=s(3)
    )
    case, third = mark_event(
        case, event="bang", source="cam1", stream="picture", earliest=s(1), latest=s(2)
    )
    case = solved(reject(case, third.id, "no bang"), model("cam1", 0, 60.0))
    timeline = build_timeline(case, stale=False)
    cam, phone = timeline.track("cam1"), timeline.track("phone")
    assert cam is not None and phone is not None
    assert [marker.mark for marker in cam.markers] == [first.id]
    assert cam.markers[0].reference == r(71)
    half = 2 * math.hypot(0.06, 1 / math.sqrt(3))
    assert cam.markers[0].half == Duration.from_s(half)
    assert (phone.markers[0].mark, phone.markers[0].reference) == (second.id, None)
    kept = build_timeline(set_aside(case, first.id, "x"), stale=True).track("cam1")
    assert kept is not None and len(kept.markers) == 1
    one_sided = place_marker(second, model("phone", 0, 0.0))
    assert one_sided.reference == r(3)
    assert one_sided.half == Duration.from_s(0.12)


@given(
    offset_s=st.floats(-1e5, 1e5),
    drift=st.floats(-1e-3, 1e-3),
    media_ns=st.integers(0, 100 * 10**9 - 1),
)
def test_a_position_is_the_inverse_of_the_clock(
    offset_s: float, drift: float, media_ns: int
) -> None:
    clock = model("cam1", 0, offset_s, drift=drift)
    timeline = build_timeline(solved(small_case(), clock), stale=False)
    position = timeline.position("cam1", clock.to_reference(MediaTime(media_ns)))
    assert position.media is not None
    assert abs(position.media.ns - media_ns) <= 1


# -- between limits -----------------------------------------------------------------------------


def held(low_s: float | None, high_s: float | None, value_s: float | None = None) -> Timeline:
    """Cam 1 placed; dispatch 0-30 placed, its second stretch held by limits only."""
    case = solved(small_case(), model("cam1", 0, 60.0), model("dispatch", 0, 0.0))
    assert case.solution is not None
    both = low_s is not None and high_s is not None
    ends = tuple(None if end is None else T0_S + end for end in (low_s, high_s, value_s))
    limited = Limited(
        status="bounded" if both else "one-sided", value_s=ends[2], u_s=None, low_s=ends[0],
        high_s=ends[1], limits=("limit-1",),
    )  # fmt: skip
    clocks = tuple(
        replace(clock, status=limited.status, with_limits=limited)
        if (clock.source, clock.stretch) == ("dispatch", 1)
        else clock
        for clock in case.solution.clocks
    )
    return build_timeline(case.with_solution(replace(case.solution, clocks=clocks)), stale=False)


def test_a_stretch_between_limits_reaches_from_earliest_to_latest() -> None:
    track = held(5.0, 25.0, 10.0).track("dispatch")
    assert track is not None
    clip = track.clips[1]
    length = clip.media_end - clip.media_start
    assert clip.status == "bounded"
    assert clip.model is None
    assert clip.start == r(10) + (clip.media_start - MediaTime(0))
    assert clip.start is not None
    assert clip.end == clip.start + length
    assert (clip.half_start, clip.half_end) == (Duration.from_s(5), Duration.from_s(15))


def test_one_open_side_has_no_half() -> None:
    track = held(5.0, None).track("dispatch")
    assert track is not None
    clip = track.clips[1]
    assert clip.status == "one-sided"
    assert clip.start == r(5) + (clip.media_start - MediaTime(0))
    assert (clip.half_start, clip.half_end) == (Duration(0), None)


def test_limits_that_leave_both_sides_open_place_nothing() -> None:
    track = held(None, None).track("dispatch")
    assert track is not None
    assert track.clips[1].start is None


def test_what_only_limits_hold_is_never_shown_as_footage() -> None:
    timeline = held(5.0, 25.0, 10.0)
    track = timeline.track("dispatch")
    assert track is not None
    assert track.clips[1].start is not None
    inside = track.clips[1].start + Duration.from_s(1)
    position = timeline.position("dispatch", inside)
    assert (position.state, position.media) == ("no footage", None)
    assert "stretch 2, which only limits hold, may lie here" in position.reason
    assert track.gaps == (), "a gap lies between linked stretches only"


def test_a_recording_that_only_limits_hold_is_placed_but_not_linked() -> None:
    case = solved(small_case(), model("dispatch", 0, 0.0))
    assert case.solution is not None
    limited = Limited(status="bounded", value_s=None, u_s=None, low_s=T0_S + 1.0,
                      high_s=T0_S + 9.0, limits=("limit-1",))  # fmt: skip
    clocks = tuple(
        replace(clock, status="bounded", with_limits=limited) if clock.source == "cam1" else clock
        for clock in case.solution.clocks
    )
    timeline = build_timeline(
        case.with_solution(replace(case.solution, clocks=clocks)), stale=False
    )
    track = timeline.track("cam1")
    assert track is not None
    assert track.placed
    assert not track.linked
    assert track.clips[0].start == r(5), "the middle where no mean is given"
    assert timeline.span == (r(0), r(30)), "the view fits what is linked"
    assert timeline.position("cam1", r(20)).state == "no link"


def test_the_length_of_what_is_removed_is_said_with_its_range() -> None:
    case = solved(
        small_case(), model("dispatch", 0, 0.0), model("dispatch", 1, 10.0),
        model("dispatch", 2, 12.0),
    )  # fmt: skip
    timeline = build_timeline(case, stale=False)
    # 30 s of file end at 30 s, the next begin at 40 s, each to ± 0.12 s.
    assert timeline.position("dispatch", r(35)).reason == (
        "time removed here, between 9.7 and 10.3 s"
    )
    assert timeline.position("dispatch", r(71)).reason == (
        "time removed here, between 1.7 and 2.3 s"
    )
