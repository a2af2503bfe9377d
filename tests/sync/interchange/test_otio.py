"""The timeline in editors' formats, read back by OpenTimelineIO's own adapters."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from sync.case.acts import choose_datum, set_aside
from sync.case.calculate import calculate
from sync.case.case import Break, Case
from sync.errors import CaseStale
from sync.evidence import Mark
from sync.interchange.conformed import SMPTE_RATES, smpte_rate
from sync.interchange.export import Exported, Request, export
from sync.timebase import Duration
from sync.timeline import build_timeline
from tests.sync.case.made import s
from tests.sync.interchange.test_tables import two_anchors

RATES = ["25/2", "15/1", "25/1", "30000/1001", "30/1"]


def at_rate(case: Case, rate: str, *, variable: bool = False) -> Case:
    """The case with every picture at that nominal rate."""
    sources = []
    for source in case.sources:
        picture = source.facts.picture
        if picture is not None:
            picture = replace(picture, nominal_rate=rate, variable_rate=variable)
        sources.append(replace(source, facts=replace(source.facts, picture=picture)))
    return calculate(replace(case, sources=tuple(sources)))


def written(case: Case, kind: str) -> Exported:
    media = {source.id: Path("/media") / source.path for source in case.sources}
    return export(kind, Request(case=case, media=media))


def spans(track: Any) -> list[tuple[Fraction, Fraction, Fraction]]:
    """(place on the track, start in the file, length) of every clip, exact seconds."""
    found, at = [], Fraction(0)
    for item in track:
        start, length = item.source_range.start_time, item.source_range.duration
        length_s = Fraction(length.value) / Fraction(length.rate)
        if isinstance(item, otio.schema.Clip):
            found.append((at, Fraction(start.value) / Fraction(start.rate), length_s))
        at += length_s
    return found


def placed(case: Case) -> dict[str, list[tuple[float, float, float]]]:
    """The same from the case itself."""
    tracks = build_timeline(case, stale=False).tracks
    zero = min(c.start.ns for t in tracks for c in t.clips if c.model and c.start)
    return {
        case.source(t.source).name: [
            ((c.start.ns - zero) / 1e9, c.media_start.s, (c.media_end - c.media_start).s)
            for c in t.clips if c.model is not None and c.start is not None
        ]
        for t in tracks
    }  # fmt: skip


@pytest.mark.parametrize(("rate", "variable"), [*((r, False) for r in RATES), ("25/1", True)])
def test_otio_comes_back_to_the_nanosecond(rate: str, variable: bool) -> None:
    case = at_rate(two_anchors(), rate, variable=variable)
    back = otio.adapters.read_from_string(written(case, "otio").data.decode(), "otio_json")
    truth = placed(case)
    assert {track.name for track in back.tracks} == {name for name, own in truth.items() if own}
    for track in back.tracks:
        for ours, read in zip(truth[track.name], spans(track), strict=True):
            assert [float(x) for x in read] == pytest.approx(ours, abs=2e-9)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", ["fcpxml7", "edl"])
def test_conformed_formats_are_within_their_stated_rounding(rate: str, kind: str) -> None:
    case = at_rate(two_anchors(), rate)
    out = written(case, kind)
    smpte = smpte_rate(case)
    assert smpte in SMPTE_RATES and out.rounding_s == pytest.approx(0.5 / float(smpte))
    if kind == "fcpxml7":
        read = otio.adapters.read_from_string(out.data.decode(), "fcp_xml")
        tracks = list(read.tracks)
        truth = [own for own in placed(case).values() if own]
    else:
        lists = {name: otio.adapters.read_from_string(data.decode(), "cmx_3600", rate=float(smpte))
                 for name, data in out.more.items()}  # fmt: skip
        tracks = [one.tracks[0] for one in lists.values()]
        truth = [placed(case)[name] for name in lists]
    assert len(tracks) == len(truth)
    for own, track in zip(truth, tracks, strict=True):
        for ours, (place, start, length) in zip(own, spans(track), strict=True):
            if kind == "fcpxml7":  # an EDL read back begins at its first clip
                assert abs(float(place) - ours[0]) <= out.rounding_s + 1e-6
            assert abs(float(start) - ours[1]) <= out.rounding_s + 1e-6
            assert abs(float(length) - ours[2]) <= 2 * out.rounding_s + 1e-6


def test_every_event_says_its_range() -> None:
    case = at_rate(two_anchors(), "25/1")
    back = otio.adapters.read_from_string(written(case, "otio").data.decode(), "otio_json")
    door = next(m for m in back.tracks.markers if m.name == "door")
    stated = door.metadata["tiepoint"]
    assert stated["low_ns"] < stated["at_ns"] < stated["high_ns"]
    assert "95 % range" in door.comment
    assert "95 % range" in written(case, "edl").data.decode()
    assert any("knock" in remark for remark in written(case, "otio").remarks)


def test_only_marks_that_count_are_markers_of_a_clip() -> None:
    """A mark that was set aside must not stand in an edit as if it were one that counts."""
    case = at_rate(two_anchors(), "25/1")
    aside = case.of_kind(Mark)[0]
    case = set_aside(case, aside.id, "it is another door")
    back = otio.adapters.read_from_string(
        written(calculate(case), "otio").data.decode(), "otio_json"
    )
    shown = {marker.metadata["tiepoint"]["mark"] for track in back.tracks
             for clip in track for marker in clip.markers}  # fmt: skip
    assert shown == {"mark-2", "mark-3", "mark-4"} and aside.id == "mark-1"


def record_starts(out: Exported, rate: Fraction) -> dict[str, float]:
    """Where each track's first clip is put, in seconds of the day."""
    found = {}
    for name, data in out.more.items():
        line = next(line for line in data.decode().splitlines() if line.startswith("001"))
        hours, minutes, seconds, frames = map(int, re.split("[:;]", line.split()[-2]))
        found[name] = hours * 3600 + minutes * 60 + seconds + frames / float(rate)
    return found


def test_lists_and_markers_count_on_the_same_clock() -> None:
    case = at_rate(two_anchors(), "25/1")
    starts = record_starts(written(case, "edl"), Fraction(25))
    for track in build_timeline(case, stale=False).tracks:
        clips = [clip for clip in track.clips if clip.model is not None]
        if clips and clips[0].start is not None:
            assert starts[case.source(track.source).name] == pytest.approx(
                clips[0].start.s, abs=0.021
            )


def test_what_begins_before_the_zero_of_the_reference_clock_is_the_day_before() -> None:
    """A recording's own clock begins with it, others may have begun earlier."""
    early = calculate(choose_datum(two_anchors(), two_anchors().source("phone").clock))
    case = at_rate(early, "25/1")
    first = min(clip.start.s for track in build_timeline(case, stale=False).tracks
                for clip in track.clips if clip.start is not None)  # fmt: skip
    assert first < 0
    starts = record_starts(written(case, "edl"), Fraction(25))
    assert max(starts.values()) == pytest.approx(86_400 + first, abs=0.021)
    back = otio.adapters.read_from_string(written(case, "fcpxml7").data.decode(), "fcp_xml")
    assert len(back.tracks) == len(starts)


@pytest.mark.parametrize("rate", ["73/10", "1000/1", "10000000/333333", "1/2"])
def test_a_rate_no_format_knows_is_held_or_conformed_with_the_rounding_stated(rate: str) -> None:
    case = at_rate(two_anchors(), rate)
    back = otio.adapters.read_from_string(written(case, "otio").data.decode(), "otio_json")
    truth = placed(case)
    for track in back.tracks:
        for ours, read in zip(truth[track.name], spans(track), strict=True):
            assert [float(x) for x in read] == pytest.approx(ours, abs=2e-9)
    smpte = smpte_rate(case)
    for kind in ("fcpxml7", "edl"):
        out = written(case, kind)
        assert smpte in SMPTE_RATES and out.rounding_s == pytest.approx(0.5 / float(smpte))
        assert any(remark.startswith("Conformed to ") for remark in out.remarks)
    read = otio.adapters.read_from_string(written(case, "fcpxml7").data.decode(), "fcp_xml")
    for own, track in zip([own for own in truth.values() if own], read.tracks, strict=True):
        for ours, (place, start, _) in zip(own, spans(track), strict=True):
            assert abs(float(place) - ours[0]) <= 0.5 / float(smpte) + 1e-6
            assert abs(float(start) - ours[1]) <= 0.5 / float(smpte) + 1e-6


def test_a_stretch_without_a_link_is_named_and_left_out() -> None:
    case = two_anchors()
    cut = Break(at=s(80), relation="order unknown")
    sources = tuple(replace(x, breaks=(cut,)) if x.id == "phone" else x for x in case.sources)
    case = calculate(replace(case, sources=sources))
    out = written(case, "otio")
    back = otio.adapters.read_from_string(out.data.decode(), "otio_json")
    phone = next(track for track in back.tracks if track.name == "phone.mp4")
    assert len(spans(phone)) == 1
    assert any(remark.startswith("phone.mp4: 1 of its stretches") for remark in out.remarks)


def test_roundings_do_not_add_up_along_a_track() -> None:
    from sync.interchange.conformed import conform

    timeline = otio.schema.Timeline()
    track = otio.schema.Track()
    third = otio.opentime.RationalTime(1 / 3, 1)
    for _ in range(300):
        track.append(otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=third)))
    timeline.tracks.append(track)
    timeline.global_start_time = otio.opentime.RationalTime(0, 25)
    whole = conform(timeline, Fraction(25))
    total = sum(item.source_range.duration.value for item in whole.tracks[0])
    assert total == 2500


@pytest.mark.parametrize("kind", ["otio", "fcpxml7", "edl"])
def test_hostile_names_break_no_file(kind: str) -> None:
    case = two_anchors()
    nasty = 'a "b" <c> & | \u202edlrow =1\nnew'
    case = replace(case, title=nasty, events=tuple(replace(e, name=nasty) for e in case.events),
                   sources=tuple(replace(x, name=nasty + x.id) for x in case.sources))  # fmt: skip
    out = written(at_rate(case, "25/1"), kind)
    adapter = {"otio": "otio_json", "fcpxml7": "fcp_xml", "edl": "cmx_3600"}[kind]
    for data in (out.more or {"": out.data}).values():
        assert otio.adapters.read_from_string(data.decode(), adapter)


@pytest.mark.parametrize("kind", ["otio", "fcpxml7", "edl"])
def test_out_of_date_is_refused_or_said(kind: str) -> None:
    case = at_rate(two_anchors(), "25/1")
    stale = replace(case, evidence=case.evidence[:-1])
    with pytest.raises(CaseStale):
        written(stale, kind)
    media = {source.id: Path("/media") / source.path for source in case.sources}
    told = export(kind, Request(case=stale, media=media, allow_stale=True))
    assert "OUT OF DATE" in told.data.decode()


def test_a_case_with_nothing_linked_is_still_a_file() -> None:
    bare = calculate(replace(two_anchors(), evidence=(), events=()))
    for kind in ("otio", "fcpxml7", "edl"):
        assert written(bare, kind).data


def test_the_rate_holds_every_picture() -> None:
    assert smpte_rate(at_rate(two_anchors(), "25/2")) == 25
    assert smpte_rate(at_rate(two_anchors(), "15/1")) == 30
    assert smpte_rate(at_rate(two_anchors(), "30000/1001")) == Fraction(30000, 1001)
    assert smpte_rate(at_rate(two_anchors(), "120/1")) == 60
    assert Duration.from_s(0.5 / 25).ns == 20_000_000
