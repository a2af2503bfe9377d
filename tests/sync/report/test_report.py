"""The report: complete, well-formed, self-contained; nothing out of date or invented in it."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
import wave
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from sync.case.acts import ask_question, choose_datum
from sync.case.annotation import Annotation
from sync.case.calculate import ask, calculate
from sync.case.case import Case, FirstViewing
from sync.case.store import CaseStore
from sync.errors import CaseStale
from sync.evidence import Event, Mark, Place, Provenance
from sync.report.content import gather
from sync.report.html import OUT_OF_DATE, html_of
from sync.report.snippets import SMALL, small_picture
from tests.sync.case.made import s, small_case
from tests.sync.report.made import calculated, hall, marked, search

SVG = "{http://www.w3.org/2000/svg}"
XHTML = "{http://www.w3.org/1999/xhtml}"
HEADINGS = (
    "Finding", "Recordings", "Clocks", "Marks", "Other evidence", "Agreement of the evidence",
    "Sensitivity", "Searches", "Method and how to repeat it", "Cross-examination sheet",
)  # fmt: skip


def page(html: str) -> ElementTree.Element:
    """The page; fails where it is not well-formed."""
    return ElementTree.fromstring(html.removeprefix("<!DOCTYPE html>\n"))


def text_of(html: str) -> str:
    """All words of the page, without its figures, white space as a reader sees it."""
    root = page(html)
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{SVG}svg", f"{XHTML}style"):
                parent.remove(child)
    return " ".join("".join(part if part.isspace() else f"{part} " for part in root.itertext())
                    .split())  # fmt: skip


def html(case: Case, **how: object) -> str:
    return html_of(gather(case, made_at="2024-05-02T08:00:00+00:00", **how))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def case() -> Case:
    return calculated()


@pytest.fixture(scope="module")
def words(case: Case) -> str:
    return text_of(html(case))


def test_every_part_is_there_and_the_finding_comes_first(case: Case) -> None:
    headings = ["".join(h.itertext()) for h in page(html(case)).iter(f"{XHTML}h2")]
    assert headings == list(HEADINGS)


def test_the_answer_is_the_programs_own_sentence_beside_the_persons_own_question(
    case: Case, words: str
) -> None:
    question = case.questions[0]
    answer = ask(case, question.a, question.b)
    assert answer.verdict == "a-before-b"
    assert question.words in words
    assert answer.in_words in words
    assert words.index(answer.in_words) < words.index("Recordings")


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(case: Case) -> None:
    root = page(html(case))
    assert not [e for e in root.iter() if e.tag.endswith(("script", "link", "iframe", "object"))]
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            if name in ("src", "href"):
                assert value.startswith("data:image/")


@pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed")
def test_an_html_parser_finds_no_error(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(case), encoding="utf-8")
    done = subprocess.run(["xmllint", "--html", "--noout", file], capture_output=True, text=True)
    errors = [line for line in done.stderr.splitlines() if "error" in line]
    # The parser is older than HTML 5 and knows no drawings.
    assert [line for line in errors if not re.search(r"Tag \w+ invalid", line)] == []


def test_recordings_marks_delays_and_exclusions_are_listed(case: Case, words: str) -> None:
    for source in case.sources:
        assert source.facts.sha256 in words
    for item in case.evidence:
        assert item.id in words, item.id
    assert "another lamp" in words
    assert "A. Analyst" in words and "HH-7" in words
    assert case.solution is not None and case.solution.inputs_digest in words
    assert "goes on later, by an unknown time (silence removed)" in words


def test_clocks_are_in_the_programs_words(case: Case, words: str) -> None:
    assert case.solution is not None
    for clock in case.solution.clocks:
        said = "cam1.mp4: the reference clock; every time is by it."
        assert (said if clock.is_reference else clock.in_words) in words


def test_no_clock_that_nothing_links_is_drawn_or_given_a_time(case: Case) -> None:
    root = page(html(case))
    title = "The recordings on the reference clock"
    (drawn,) = [svg for svg in root.iter(f"{SVG}svg") if svg.findtext(f"{SVG}title") == title]
    said = ["".join(t.itertext()) for t in drawn.iter(f"{SVG}text")]
    assert "no link: not placed" in said
    bars = [r for r in drawn.iter(f"{SVG}rect") if r.get("fill") == "#d9d9d9"]
    assert len(bars) == 2, "cam 1 and the phone; not the radio"


@pytest.mark.parametrize(
    "never",
    ["synchronised", "solved", "match quality", "accuracy", "confidence", "UTC time", "nan"],
)
def test_words_never_shown(words: str, never: str) -> None:
    assert not re.search(rf"\b{never}\b", words.lower())


def test_with_and_without_what_was_excluded() -> None:
    report = gather(calculated())
    (asked,) = report.questions
    (taken_in,) = asked.restored
    lamp = next(m for m in hall().of_kind(Mark) if m.provenance.status == "set-aside")
    assert lamp.id in taken_in.name
    # The mark is 2 s off: with it the evidence disagrees, and no answer would be stated.
    assert taken_in.verdict == "evidence disagrees" and taken_in.changed


def test_the_radio_late_by_0_1_and_2_s() -> None:
    """The shout is at 33.5 by cam 1 less the delay; the step at 30."""
    (asked,) = gather(calculated(apart_s=1.0)).questions
    assert [other.name for other in asked.radio] == ["0 s", "1 s", "2 s"]
    assert [other.verdict for other in asked.radio] == [
        "the first came first", "the first came first", "the second came first"
    ]  # fmt: skip
    assert asked.radio[0].in_words.startswith("between 1.")
    assert not asked.radio[0].changed and asked.radio[2].changed


def test_not_resolved_is_a_finished_report() -> None:
    made = calculated(apart_s=0.0)
    (asked,) = gather(made).questions
    assert asked.headline == "The recordings do not show which came first"
    said = text_of(html(made))
    assert "This is not a finding that they happened together." in said
    assert re.search(r"0\.\d+ that the first came before the second", said)
    assert "Signature" in said


def test_no_evidence_at_all() -> None:
    empty = calculate(choose_datum(small_case(), "cam1"))
    empty, _ = ask_question(
        empty, words="Which?", a=Place(source="cam1", time=s(1)), b=Place(source="phone", time=s(2))
    )
    said = text_of(html(empty))
    assert "No answer can be given: nothing observed links cam1.mp4 with phone.mp4." in said
    assert "No event has been marked." in said and "No search was made." in said
    assert "No radio delay is stated in this case" in said


def test_no_question() -> None:
    assert "No question has been asked of this case." in text_of(html(calculated(questions=())))


HOSTILE = (
    '<script>alert(1)</script>', 'a "quoted" \'name\'', "two\nlines", "=HYPERLINK(1)",
    "\u202egpj.exe", "ends\x00here\x1b[31m", "קלטת 4", "{{ 7 * 7 }}", "]]>&amp;<!--",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_words_and_nothing_else(name: str) -> None:
    made = calculated(title=name, number=name, examiner=name)
    sources = tuple(replace(source, name=name, item=name, device=name) for source in made.sources)
    events = tuple(replace(event, name=name, definition=name) for event in made.events)
    questions = tuple(replace(q, words=name) for q in made.questions)
    note = Annotation(id="a-1", text=name, source="cam1", start=s(1))
    made = calculate(
        replace(made, sources=sources, events=events, questions=questions, annotations=(note,))
    )
    written = html(made)
    root = page(written)
    assert not list(root.iter(f"{XHTML}script"))
    assert "\u202e" not in written and "\x00" not in written and "\x1b" not in written
    title = "".join(next(root.iter(f"{XHTML}h1")).itertext())
    expected = re.sub("[\u202e\x00\x1b]", "\N{WHITE SQUARE}", name)
    assert title == expected


def test_what_is_out_of_date_is_refused(case: Case) -> None:
    changed = marked(case, "late", "cam1", 70.0)
    with pytest.raises(CaseStale, match="out of date"):
        gather(changed)
    with pytest.raises(CaseStale, match="not been calculated"):
        gather(hall())


def test_allowed_out_of_date_it_says_so(case: Case) -> None:
    changed = marked(case, "late", "cam1", 70.0)
    report = gather(changed, allow_stale=True)
    assert report.stale
    assert f"{OUT_OF_DATE}: the evidence has changed" in text_of(html_of(report))
    placed = [mark.place for event in report.events for mark in event.marks]
    assert not any(placed), "a mark is not placed by clocks that are out of date"


def test_every_search_is_listed_refused_ones_too() -> None:
    made = calculated(searches=(search(), search(id="search-2", status="weak", p=0.0004, note="x")))
    said = text_of(html(made))
    assert "Every search that was made, 2 in all" in said
    assert "unrelated recordings reach this in 62 of 1,000 searches" in said
    assert "fewer than 1 of 1,000 searches" in said
    one = calculated(searches=(search(kind_b="envelope", channel_b=1),))
    assert "1000 surrogates, seed 7" in said
    assert "envelope of channel 2" in text_of(html(one))


def test_a_missing_recording_is_said(case: Case) -> None:
    report = gather(case, states={"phone": "phone.mp4 is missing."})
    said = text_of(html_of(report))
    assert "phone.mp4 is missing. What was observed in it before is used as it stands." in said
    (phone,) = [subject for subject in report.sheet if subject.name == "phone.mp4"]
    asked = {fact.asked: fact.answer for fact in phone.facts}
    assert asked["Is it still the file that was added?"] == "phone.mp4 is missing."
    assert asked["Item number"] == "", "a blank, not a guess"


def test_files_nobody_looked_at_are_not_said_to_be_unchanged(case: Case) -> None:
    (phone,) = [one for one in gather(case).sheet if one.name == "phone.mp4"]
    assert {fact.asked: fact.answer for fact in phone.facts}[
        "Is it still the file that was added?"
    ] == ""


def test_probability_is_never_nearer_to_certain_than_0_999(words: str) -> None:
    assert "0.999 or more that the first came before the second" in words
    assert not re.search(r"0\.999\d", words)


# -- beside the case: log, first viewings, snippets -----------------------------------------------


def stored(tmp_path: Path, case: Case) -> Path:
    path = tmp_path / "hall.tiepoint"
    with CaseStore.create(path, case) as store:
        store.save()
    return path


def test_the_head_of_the_log_and_the_command_that_repeats_it(tmp_path: Path, case: Case) -> None:
    path = stored(tmp_path, case)
    with CaseStore.open(path, read_only=True) as store:
        head = store.head
    said = text_of(html(case, path=path))
    assert head.hash in said
    assert "tiepoint verify hall.tiepoint" in said


def test_what_changed_after_an_answer_was_first_seen(tmp_path: Path, case: Case) -> None:
    path = tmp_path / "hall.tiepoint"
    viewing = FirstViewing(question=case.questions[0].id, at="2024-05-01T12:05:00Z", by="B.",
                           verdict="a-before-b", inputs_digest="x")  # fmt: skip
    with CaseStore.create(path, case) as store:
        store.commit(store.case.with_viewing(viewing), "look at an answer", "B.")
        more = marked(store.case, "gate", "cam1", 70.0)
        store.commit(more, "mark gate", "B.")
        moved = replace(more.marks_of("gate")[0], latest=s(70.1))
        store.commit(more.with_evidence(moved), "move a mark", "B.")
        store.commit(calculate(store.case), "calculate", "B.")
        store.save()
        seen = store.case
    (asked,) = gather(seen, path).questions
    assert (asked.seen.by, asked.seen.changed_after) == ("B.", 1), "one mark, made and moved"
    assert "1 piece of evidence changed after it" in text_of(html(seen, path=path))


def test_what_marks_saw_and_heard_is_inside(tmp_path: Path, case: Case) -> None:
    path = stored(tmp_path, case)
    folder = tmp_path / "hall.files"
    folder.mkdir(exist_ok=True)
    seen = next(m for m in case.of_kind(Mark) if m.stream == "picture")
    heard = next(m for m in case.of_kind(Mark) if m.stream == "sound")
    Image.new("RGB", (1280, 720), "#336699").save(folder / f"{seen.id}-happened.png")
    (folder / f"{seen.id}-not-yet.png").write_bytes(b"no picture any more")
    with wave.open(str(folder / f"{heard.id}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((np.arange(8000) % 200 * 50).astype("<i2").tobytes())
    written = html(case, path=path)
    root = page(written)
    (picture,) = root.iter(f"{XHTML}img")
    assert (picture.get("width"), picture.get("height")) == ("240", "135")
    assert f"not yet: see {seen.id}-not-yet.png" in text_of(written)
    titles = [svg.findtext(f"{SVG}title") for svg in root.iter(f"{SVG}svg")]
    assert titles.count("The sound about the mark") == 1


def test_the_small_picture_beside_a_kept_one_is_taken_if_it_is_of_it(
    tmp_path: Path, case: Case
) -> None:
    path = stored(tmp_path, case)
    folder = tmp_path / "hall.files"
    folder.mkdir(exist_ok=True)
    seen = next(m for m in case.of_kind(Mark) if m.stream == "picture")
    kept = folder / f"{seen.id}-happened.png"
    full = Image.new("RGB", (1280, 720), "#336699")
    full.save(kept)
    beside = kept.with_suffix(SMALL)
    beside.write_bytes(small_picture(Image.new("RGB", (1280, 720), "#ff0000")))

    def shown() -> tuple[int, ...] | None:
        images = list(page(html(case, path=path)).iter(f"{XHTML}img"))
        if not images:
            return None
        data = base64.b64decode(images[0].get("src", "").partition(",")[2])
        with Image.open(io.BytesIO(data)) as picture:
            return tuple(picture.convert("RGB").resize((1, 1)).getpixel((0, 0)))

    assert shown() == pytest.approx((254, 0, 0), abs=3), "the one beside, unread"
    os.utime(beside, ns=(0, 0))
    assert shown() == pytest.approx((51, 102, 153), abs=3), "an older one is of another picture"
    beside.write_bytes(small_picture(Image.new("RGB", (300, 300), "#ff0000")))
    assert shown() is None, "nor is one of another shape"


def test_pictures_beyond_the_room_of_a_report_are_named_only(
    tmp_path: Path, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.report.snippets.MOST_BYTES", 0)
    folder = tmp_path / "hall.files"
    path = stored(tmp_path, case)
    folder.mkdir(exist_ok=True)
    seen = next(m for m in case.of_kind(Mark) if m.stream == "picture")
    Image.new("RGB", (64, 36), "#336699").save(folder / f"{seen.id}-happened.png")
    written = html(case, path=path)
    assert not list(page(written).iter(f"{XHTML}img"))
    assert f"happened: see {seen.id}-happened.png (not shown here)" in text_of(written)


def test_the_reference_clock_is_zero_by_definition_and_the_others_have_numbers(
    case: Case,
) -> None:
    reference, phone, *rest = gather(case).clocks
    assert (reference.begins, reference.rate) == ("by definition", "by definition")
    assert reference.numbers[:4] == ("0.000000", "0", "0", "–")
    offset, u, half, k, drift, at = phone.numbers
    assert float(offset) == pytest.approx(7.0, abs=0.02)
    assert float(half) == pytest.approx(float(u) * float(k), rel=0.3)
    assert re.fullmatch(r"\S+ ± \d+", drift) and at == "23.000 s"
    assert all(not one.numbers for one in rest), "no numbers where nothing links"


def test_an_instant_on_the_reference_clock_has_no_range_of_rounded_sums() -> None:
    made, _ = ask_question(hall(0.4), words="typed", a=Place(source="cam1", time=s(30)),
                           b=Place(event="shout"))  # fmt: skip
    report = gather(calculate(made))
    assert dict(report.questions[1].times)["cam1.mp4 at 30.000 s"] == (
        "00:00:30.000, on the reference clock itself"
    )


def test_what_the_evidence_says_of_the_radio_and_of_a_disagreement() -> None:
    report = gather(calculated())
    assert report.radio_found == ("By this evidence “radio chain” is late by 0.0 to 1.0 s "
                                  "(95 % range).",)  # fmt: skip
    (asked,) = report.questions
    (taken_in,) = asked.restored
    assert "no answer would be stated" in taken_in.in_words


def test_a_question_that_is_not_resolved_is_a_finished_finding() -> None:
    said = text_of(html(calculated(0.4)))
    finding = said.partition("Recordings")[0]
    assert "The recordings do not show which came first" in finding
    assert "This is not a finding that they happened together" in finding
    assert finding.index("What these statements rest on") < finding.index("Signature")


def test_undecided_evidence_is_said_to_take_no_part(case: Case) -> None:
    mark = next(m for m in case.of_kind(Mark) if m.provenance.status == "accepted")
    proposed = replace(mark, id="mark-99", event="maybe", provenance=Provenance(status="proposed"))
    with_one = calculate(case.with_event(Event(id="maybe", name="maybe")).with_evidence(proposed))
    report = gather(with_one)
    assert [line.id for line in report.undecided] == ["mark-99"]


def test_the_same_case_gives_the_same_page(case: Case) -> None:
    assert html(case) == html(case)
