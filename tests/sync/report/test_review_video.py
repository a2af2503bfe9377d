"""The review video: the right pictures, sound where it belongs, and never half a file."""

from __future__ import annotations

import json
import shutil
import subprocess
from bisect import bisect_right
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sync.adjustment.headline import stated_ends
from sync.case.calculate import calculate
from sync.case.case import Question
from sync.errors import Cancelled, CaseStale, FormatError, MediaChanged, MediaMissing, UnlinkedClock
from sync.evidence import Event, Limit, Mark, Place
from sync.media.inspect import inspect
from sync.media.pane_reader import PaneReader
from sync.media.placed_sound import PlacedSound
from sync.media.sound import SoundReader
from sync.progress import CancelToken, Progress
from sync.report import review_video
from sync.report.review_apart import Apart
from sync.report.review_extremes import Part
from sync.report.review_layout import Box, places
from sync.report.review_panes import Pane
from sync.report.review_plan import ReviewRequest, plan_review, sounds_offered, usual_request
from sync.report.review_video import Reviewed, write_review
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.timeline import build_timeline
from tests.support.made_media import HEIGHT_PX, WIDTH_PX, read_number
from tests.support.painted_case import CLICK_S, Painted, painted_case

SIZE = (960, 540)


@pytest.fixture(scope="module", autouse=True)
def short_slates() -> object:
    """The slates' seconds are of no interest here."""
    patched = pytest.MonkeyPatch()
    patched.setattr(review_video, "SLATE_S", 0.1)
    patched.setattr(review_video, "PART_SLATE_S", 0.1)
    yield
    patched.undo()


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Painted:
    return painted_case(tmp_path_factory.mktemp("painted"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Painted:
    """Two recordings and the radio: enough for what is not about rates."""
    return painted_case(tmp_path_factory.mktemp("pair"), ("12.5", "25"))


def request(painted: Painted, **changes: object) -> ReviewRequest:
    small = replace(usual_request(painted.case), width=SIZE[0], height=SIZE[1])
    return replace(small, **changes)  # type: ignore[arg-type]


def write(painted: Painted, out: Path, asked: ReviewRequest, **how: object) -> Reviewed:
    return write_review(painted.case, painted.media, out, asked, cache=painted.cache, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def film(painted: Painted, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reviewed]:
    out = tmp_path_factory.mktemp("film") / "review.mp4"
    return out, write(painted, out, request(painted))


def luma(path: Path) -> list[NDArray[np.uint8]]:
    """The luma of every picture."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def pane_boxes(asked: ReviewRequest) -> list[Box]:
    laid = places(asked.width, asked.height, asked.layout, len(asked.panes))
    return [pane.picture.fitted(Fraction(WIDTH_PX, HEIGHT_PX)) for pane in laid.panes]


def number_in(picture: NDArray[np.uint8], box: Box) -> int:
    crop = picture[box.y : box.bottom, box.x : box.right]
    return read_number(np.asarray(cv2.resize(crop, (WIDTH_PX, HEIGHT_PX)), np.uint8))


@pytest.mark.parametrize("layout", ["grid", "inset"])
def test_every_pane_shows_the_frame_with_the_greatest_time_not_after(
    painted: Painted, film: tuple[Path, Reviewed], tmp_path: Path, layout: str
) -> None:
    asked = request(painted, layout=layout, width=1280, height=720)
    out = tmp_path / "film.mp4"
    made = write(painted, out, asked)
    plan = plan_review(painted.case, asked)
    pictures = luma(out)[round(made.parts[0].at_s * made.rate) :]
    assert len(pictures) == plan.pictures
    boxes, compared, seen = pane_boxes(asked), 0, set()
    for n, picture in enumerate(pictures):
        t = plan.time_of(n)
        for source, box in zip(plan.panes, boxes, strict=True):
            media = plan.parts[0].timeline.position(source.id, t).media
            if media is None:
                continue
            expected = bisect_right(painted.times_s[source.id], media.ns / 1e9 + 1e-9) - 1
            assert number_in(picture, box) == expected, (source.name, n)
            seen.add((source.id, expected))
            compared += 1
    assert compared > 250
    # Every frame of every recording was seen: the film's rate leaves none out.
    assert len(seen) >= sum(map(len, painted.times_s.values())) - len(plan.panes)


def test_outside_its_footage_a_pane_has_a_card_and_no_picture(
    painted: Painted, film: tuple[Path, Reviewed]
) -> None:
    path, made = film
    plan, asked = plan_review(painted.case, request(painted)), request(painted)
    last = luma(path)[-1]
    t = plan.time_of(plan.pictures - 1)
    states = [plan.parts[0].timeline.position(pane.id, t).state for pane in plan.panes]
    assert "no footage" in states and "footage" in states
    for state, box in zip(states, pane_boxes(asked), strict=True):
        dark = float(np.median(last[box.y : box.bottom, box.x : box.right]))
        assert (dark < 40) == (state == "no footage")
    assert made.pictures == len(luma(path))


def test_the_streams_are_what_every_player_takes(film: tuple[Path, Reviewed]) -> None:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed")
    path, _ = film
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    found = json.loads(told)
    picture, sound = found["streams"]
    assert (picture["codec_name"], picture["pix_fmt"]) == ("h264", "yuv420p")
    assert (picture["width"], picture["height"]) == SIZE
    assert picture["color_range"] == "tv"
    assert (sound["codec_name"], sound["sample_rate"]) == ("aac", "48000")
    assert float(picture["start_time"]) == float(sound["start_time"]) == 0
    assert abs(float(picture["duration"]) - float(sound["duration"])) < 0.05
    assert found["format"]["tags"]["comment"] == "Demonstrative – not evidence"
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_sound_lies_where_its_clock_puts_it(
    painted: Painted, film: tuple[Path, Reviewed]
) -> None:
    path, made = film
    plan = plan_review(painted.case, request(painted))
    clip = next(t for t in plan.parts[0].timeline.tracks if t.source == "radio").clips[0]
    assert clip.model is not None
    click = clip.model.to_reference(MediaTime.from_s(CLICK_S))
    with SoundReader(path) as reader:
        heard = reader.read(0, reader.samples)[:, 0]
        first = int(np.flatnonzero(np.abs(heard) > 0.1)[0]) / reader.sample_rate_hz
    expected = made.at_s(click)
    assert expected is not None
    assert abs(first - expected) < 0.002


def test_a_clock_that_drifts_moves_the_sound_by_exactly_that(tmp_path: Path) -> None:
    rate, hz, drift = 8_000, 440.0, 3e-4
    n = np.arange(4 * rate)
    soundfile.write(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * hz * n / rate), rate, "FLOAT")
    with SoundReader(tmp_path / "a.wav") as reader:
        placed = PlacedSound(reader, 48_000)
        count = 96_000
        end = MediaTime.from_s(0.5 + 2 / (1 + drift))
        got = placed.read(MediaTime.from_s(0.5), end, count)[:, 0]
    at = 0.5 + np.arange(count) / 48_000 / (1 + drift)
    assert np.abs(got - 0.5 * np.sin(2 * np.pi * hz * at)).max() < 2e-3
    # Not moved, it would be off by a quarter of a wave at the end.
    unmoved = 0.5 * np.sin(2 * np.pi * hz * (0.5 + np.arange(count) / 48_000))
    assert np.abs(got - unmoved).max() > 0.4


def test_the_same_request_gives_the_same_bytes(pair: Painted, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write(pair, tmp_path / name, request(pair))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_cancelling_leaves_nothing_and_what_was_there_stays(pair: Painted, tmp_path: Path) -> None:
    out, token = tmp_path / "film.mp4", CancelToken()
    out.write_bytes(b"before")

    def stop(fraction: float, text: str) -> None:
        if fraction > 0.3:
            token.cancel()

    with pytest.raises(Cancelled):
        write(pair, out, request(pair), progress=Progress(stop, token))
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert out.read_bytes() == b"before"


def test_names_of_any_kind_are_drawn(pair: Painted, tmp_path: Path) -> None:
    names = ('a "q" <b>\nline', "\u202egnp.exe – שלום عربي " + "x" * 300)
    case = pair.case
    for source, name in zip(case.sources[:2], names, strict=True):
        case = case.with_source(replace(source, name=name))
    out = tmp_path / "fïlm 'q' <1>.mp4"
    write(replace(pair, case=replace(case, title="=1+1 <i>")), out, request(pair))
    assert len(luma(out)) > 10


# -- what is not resolved, and what is refused ----------------------------------------------------


def asked_case(painted: Painted) -> Painted:
    """Whether a thing in one picture came before a click is not shown: the ties are too wide."""
    case = painted.case.with_event(Event(id="a", name="step")).with_event(
        Event(id="b", name="click")
    )
    for event, source, stream, at in (("a", painted.case.sources[0].id, "picture", 0.68),
                                      ("b", "radio", "sound", CLICK_S)):  # fmt: skip
        case = case.with_evidence(Mark(
            id=f"m-{event}", event=event, source=source, stream=stream,  # type: ignore[arg-type]
            earliest=MediaTime.from_s(at - 0.01), latest=MediaTime.from_s(at + 0.01),
            provenance=replace(case.of_kind(Mark)[0].provenance),
        ))  # fmt: skip
    question = Question(id="q", words="Was it before?", a=Place(event="a"), b=Place(event="b"))
    return replace(painted, case=calculate(case.with_question(question)))


def test_an_order_that_is_not_resolved_is_shown_as_both_extremes(tmp_path: Path) -> None:
    wide = asked_case(painted_case(tmp_path, ("12.5",), half_s=0.15))
    plan = plan_review(wide.case, request(wide))
    assert [part.name for part in plan.parts] == ["earliest consistent", "latest consistent"]
    answer = plan.ready.order(wide.case.questions[0].a, wide.case.questions[0].b)
    assert answer.verdict == "not-resolved" and answer.interval_s is not None
    apart = []
    for part in plan.parts:
        shown = []
        for source, at in ((wide.case.sources[0].id, 0.68), ("radio", CLICK_S)):
            track = part.timeline.track(source)
            assert track is not None and track.clips[0].model is not None
            shown.append(track.clips[0].model.to_reference(MediaTime.from_s(at)))
        apart.append((shown[1] - shown[0]).s)
    low, high = answer.interval_s
    # The two marks' own widths are no part of the clocks, so the film shows a little less.
    assert low <= apart[0] < low + 0.03 and high - 0.03 < apart[1] <= high
    assert apart[0] < 0 < apart[1]
    for part, end in zip(plan.parts, answer.interval_s, strict=True):
        a, b = part.instants
        assert (b.here - a.here).s == pytest.approx(end, abs=1e-6)
        assert a.low < a.at < a.high and a.here != a.at  # its range stays, its place is the part's
        assert {source: by.s != 0 for (source, _), by in part.moved.items()}["radio"]
    made = write(wide, tmp_path / "film.mp4", request(wide))
    assert [part.name for part in made.parts] == [part.name for part in plan.parts]
    assert made.pictures > 2 * plan.pictures


def test_a_moved_pane_says_by_how_much_and_puts_no_range_to_its_time(tmp_path: Path) -> None:
    wide = asked_case(painted_case(tmp_path, ("12.5", "25"), half_s=0.15))
    plan = plan_review(wide.case, request(wide))
    path = wide.media[plan.panes[1].id]
    index = inspect(path, cache=wide.cache).index
    assert index is not None
    lines = []
    with PaneReader(path, index) as reader:
        pane = Pane(wide.case, plan.panes[1], 1, reader, reader.matrix)
        for part in (*plan.parts, Part(timeline=build_timeline(wide.case, stale=False))):
            t = plan.time_of(20)
            shown = pane.shown(part.timeline, t)
            lines.append(pane.state(shown, part, Apart(plan.ready), None, "", t).range_95)
    # The reference clock stays; the pane goes with the radio, which carries B.
    assert lines[0].startswith("moved \N{MINUS SIGN}") and lines[1].startswith("moved +")
    assert lines[2].startswith("±")


def test_an_unresolved_order_that_is_not_shown_as_both_extremes_says_why(tmp_path: Path) -> None:
    wide = asked_case(painted_case(tmp_path, ("12.5",), half_s=0.15))

    def said(painted: Painted, **changes: object) -> str:
        plan = plan_review(painted.case, request(painted, **changes))
        assert len(plan.parts) == 1
        return plan.asked[0][1].partition(" In this film: ")[2]

    assert said(wide, sound=None) == "a recording that holds one of the two is not in it."
    (first, *_) = plan_review(wide.case, request(wide)).parts[0].instants
    assert said(wide, start=first.high + Duration(1)).startswith("it leaves out the time of step")
    # The range counts, not the best estimate: a film that begins between the two shows both ways.
    begun = plan_review(wide.case, request(wide, start=first.at + Duration(1)))
    assert len(begun.parts) == 2

    assert said(held_case(wide, high_s=None)).startswith("the limits leave it open how far")


def held_case(painted: Painted, *, high_s: float | None = 0.6) -> Painted:
    """The radio without its tie: a limit alone holds its click, B, against the first camera's A,
    from 0.4 s before it."""
    tie = next(m for m in painted.case.of_kind(Mark) if m.id == "mark-radio")
    limit = Limit(
        id="limit", first=Place(event="a"), second=Place(event="b"), low=Duration.from_s(-0.4),
        high=None if high_s is None else Duration.from_s(high_s), why="seen by a witness",
        provenance=tie.provenance,
    )  # fmt: skip
    case = painted.case.with_evidence(
        replace(tie, provenance=replace(tie.provenance, status="rejected")), limit
    )
    return replace(painted, case=calculate(case))


def test_an_order_that_only_limits_hold_open_is_shown_as_both_extremes(tmp_path: Path) -> None:
    held = held_case(asked_case(painted_case(tmp_path, ("12.5",))))
    plan = plan_review(held.case, request(held))
    answer = plan.ready.order(held.case.questions[0].a, held.case.questions[0].b)
    low, high = stated_ends(answer)
    assert answer.verdict == "not-resolved" and low is not None and high is not None
    assert (low, high) == pytest.approx((-0.4, 0.6), abs=0.05)
    camera = held.case.sources[0].id
    for part, end in zip(plan.parts, (low, high), strict=True):
        track = part.timeline.track("radio")
        assert track is not None and track.clips[0].model is not None
        b = track.clips[0].model.to_reference(MediaTime.from_s(CLICK_S))
        shown = part.timeline.track(camera)
        assert shown is not None and shown.clips[0].model is not None
        a = shown.clips[0].model.to_reference(MediaTime.from_s(0.68))
        assert (b - a).s == pytest.approx(end, abs=2e-3)
        assert part.held == {("radio", 0)} and part.moved[camera, 0] == Duration(0)
        dots = {one.name: one for one in part.instants}
        assert (dots[answer.b].here - dots[answer.a].here).s == pytest.approx(end, abs=1e-6)
        assert dots[answer.b].low <= dots[answer.b].here <= dots[answer.b].high
    out = tmp_path / "film.mp4"
    made = write(held, out, request(held))
    assert [part.name for part in made.parts] == ["earliest consistent", "latest consistent"]
    # The click is heard, in each part where the limit leaves it.
    with SoundReader(out) as reader:
        heard, rate_hz = np.abs(reader.read(0, reader.samples)[:, 0]), reader.sample_rate_hz
    for number, (played, part) in enumerate(zip(made.parts, plan.parts, strict=True)):
        expected_s = made.at_s(next(o.here for o in part.instants if o.name == answer.b), number)
        begin = round(played.at_s * rate_hz)
        first_s = played.at_s + int(np.flatnonzero(heard[begin:] > 0.1)[0]) / rate_hz
        assert first_s == pytest.approx(expected_s, abs=0.003)


def test_a_recording_that_only_limits_hold_can_be_filmed_where_a_question_asks_for_it(
    tmp_path: Path,
) -> None:
    held = held_case(asked_case(painted_case(tmp_path, ("12.5",))))
    assert dict((source.id, why) for source, why in sounds_offered(held.case)) == {"radio": ""}
    unasked = calculate(replace(held.case, questions=()))
    ((_, why),) = sounds_offered(unasked)
    assert why.startswith("only limits hold its clock")
    with pytest.raises(UnlinkedClock, match="only limits hold"):
        plan_review(unasked, request(held))


def test_an_instant_that_no_recording_shows_is_put_on_the_strip_of_both_extremes(
    tmp_path: Path,
) -> None:
    sure = asked_case(painted_case(tmp_path, ("12.5",)))
    limit = Limit(
        id="limit", first=Place(event="a"), second=Place(event="c"), low=Duration.from_s(-0.5),
        high=Duration.from_s(0.5), why="seen by a witness",
        provenance=sure.case.of_kind(Mark)[0].provenance,
    )  # fmt: skip
    question = replace(sure.case.questions[0], b=Place(event="c"))
    case = sure.case.with_event(Event(id="c", name="shout")).with_evidence(limit)
    case = calculate(replace(case, questions=(question,)))
    early, late = plan_review(case, request(sure)).parts
    (first, second), (_, other) = early.instants, late.instants
    assert second.name == other.name == "shout"
    assert second.low <= second.here < first.here < other.here <= other.high
    assert (other.here - second.here).s == pytest.approx(0.95, abs=0.001)  # 95 % of ± 0.5 s
    assert not early.held


def test_a_resolved_order_is_shown_once(tmp_path: Path) -> None:
    sure = asked_case(painted_case(tmp_path, ("12.5",)))
    assert len(plan_review(sure.case, request(sure)).parts) == 1


def test_a_pane_wider_than_one_picture_says_so(pair: Painted, tmp_path: Path) -> None:
    """Ties of ± 5 ms are below a picture of 80 ms, ties of ± 0.15 s are not."""
    wide = painted_case(tmp_path, ("12.5",), half_s=0.15)
    for painted, amber in ((pair, False), (wide, True)):
        asked = request(painted, panes=(painted.case.sources[0].id,))
        write(painted, tmp_path / "one.mp4", asked)
        with av.open(str(tmp_path / "one.mp4")) as container:
            last = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)][12]
        whole = places(*SIZE, "grid", 1).panes[0].whole
        edge = last[whole.y, whole.x : whole.right].astype(int)
        dashes = int(np.count_nonzero(edge[:, 0] - edge[:, 2] > 60))
        assert (dashes > 100) == amber, dashes


def test_what_cannot_be_filmed_is_refused(pair: Painted, tmp_path: Path) -> None:
    case, out = pair.case, tmp_path / "film.mp4"
    first = case.sources[0].id
    unlinked = calculate(case.with_evidence(*(
        replace(mark, provenance=replace(mark.provenance, status="rejected"))
        for mark in case.of_kind(Mark) if mark.source != first
    )))  # fmt: skip
    stale = case.with_evidence(replace(case.of_kind(Mark)[1], latest=MediaTime.from_s(0.5)))
    cases = (
        (unlinked, request(pair), UnlinkedClock, "no link"),
        (stale, request(pair), CaseStale, "out of date"),
        (case.with_solution(None), request(pair), CaseStale, "not been calculated"),
        (case, request(pair, panes=("radio",)), FormatError, "no pictures"),
        (case, request(pair, panes=(first, first)), FormatError, "twice"),
        (case, request(pair, panes=()), FormatError, "No recording"),
        (case, request(pair, sound=first), FormatError, "no sound"),
        (case, replace(request(pair), width=961), FormatError, "961"),
        (case, request(pair, start=ReferenceTime.from_s(9), end=ReferenceTime.from_s(3)),
         FormatError, "ends? before"),
        (case, request(pair, start=ReferenceTime.from_s(900), end=ReferenceTime.from_s(903)),
         FormatError, "no footage|None of the panes"),
    )  # fmt: skip
    for which, asked, error, said in cases:
        with pytest.raises(error, match=said):
            write_review(which, pair.media, out, asked, cache=pair.cache)
    assert not list(tmp_path.iterdir())


def test_a_stale_case_is_marked_on_every_picture(pair: Painted, tmp_path: Path) -> None:
    stale = replace(
        pair,
        case=pair.case.with_evidence(
            replace(pair.case.of_kind(Mark)[1], latest=MediaTime.from_s(0.5))
        ),
    )
    write(stale, tmp_path / "film.mp4", request(stale, allow_stale=True))
    time = places(*SIZE, "grid", 2).time
    with av.open(str(tmp_path / "film.mp4")) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    slates = round(0.1 * 25)
    for slate in shown[:slates]:
        foot = slate[SIZE[1] - 40 :, : SIZE[0] // 2].astype(int)
        assert np.count_nonzero(foot[..., 0] - foot[..., 2] > 60) > 60
    for picture in shown[6:]:
        word = picture[time.y : time.bottom, time.right - 110 : time.right].astype(int)
        assert np.count_nonzero(word[..., 0] - word[..., 2] > 60) > 60


def test_a_recording_that_changed_or_is_missing_is_refused(pair: Painted, tmp_path: Path) -> None:
    first = pair.case.sources[0].id
    changed = tmp_path / "other.mp4"
    changed.write_bytes(pair.media[first].read_bytes()[:-1] + b"\0")
    for path, error in ((changed, MediaChanged), (tmp_path / "none.mp4", MediaMissing)):
        with pytest.raises(error):
            write(replace(pair, media={**pair.media, first: path}), tmp_path / "f.mp4",
                  request(pair))  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["other.mp4"]
