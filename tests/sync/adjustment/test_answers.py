"""Answers by hand: limits, disagreement, what would flip them, clock times, and their sentences."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sync.adjustment import findings
from sync.adjustment.adjust import adjust
from sync.adjustment.build import build
from sync.adjustment.findings import SEEDS
from sync.adjustment.inputs import Inputs
from sync.adjustment.network import Function
from sync.adjustment.questions import order
from sync.adjustment.solution import Answer, Limited
from sync.errors import EvidenceError
from sync.evidence import Evidence, Limit, LogTime, Mark, Place, Reading
from sync.timebase import Duration, MediaTime, ReferenceTime
from tests.support.harrow import harrow
from tests.support.pair import pair, sighting

FLASH, WORDS, DOOR = Place(event="flash"), Place(event="words"), Place(event="door")


def ask(
    inputs: Inputs, a: Place = FLASH, b: Place = WORDS, without: frozenset[str] = frozenset()
) -> Answer:
    made = build(inputs)
    return order(inputs, made, adjust(made.network), a, b, without=without)


def limit(low_s: float | None, high_s: float | None, name: str = "spoken") -> Limit:
    """Low ≤ words - flash ≤ high."""
    low, high = (None if s is None else Duration.from_s(s) for s in (low_s, high_s))
    return Limit(id=name, first=FLASH, second=WORDS, low=low, high=high, why=f"{name} at once")


# -- limits ---------------------------------------------------------------------------------------


def test_a_limit_makes_the_range_one_sided_about_its_value() -> None:
    """0.5 s by the marks; "at most 0.5 s" cuts the distribution in its middle."""
    inputs = pair([0.0] * 3, limit(None, 0.5))
    plain, answer = ask(pair([0.0] * 3)), ask(inputs)
    assert answer.limits == ("spoken at once",)
    assert answer.without_limits is not None
    assert answer.without_limits.value_s == pytest.approx(plain.difference_s)
    assert answer.interval_s is not None
    assert answer.difference_s is not None
    low, high = answer.interval_s
    assert high <= 0.5
    assert low < answer.difference_s < high
    assert answer.U95_s == pytest.approx(answer.difference_s - low)
    assert answer.k == pytest.approx((answer.U95_s or 0) / (answer.u_s or 1))
    # Half of a distribution that is nearly normal: its mean lies 0.8 u below where it is cut.
    by_s = math.sqrt(2 / math.pi) * (plain.u_s or 0)
    assert answer.difference_s == pytest.approx(0.5 - by_s, abs=0.003)
    assert "the limit 'spoken at once' holds" in answer.in_words
    assert "Without it words (cam B) lies between 0.4" in answer.in_words
    assert answer.verdict == "a-before-b"


def test_two_seeds_that_disagree_resolve_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sampled:
        """Limits whose lower end falls on either side of zero with the seed."""

        def __init__(self, seed: int) -> None:
            self.low_s = 0.001 if seed == SEEDS[0] else -0.001

        def limited(self, _: Function) -> Limited:
            return Limited(
                status="ok", value_s=0.2, u_s=0.1, low_s=self.low_s, high_s=0.4, limits=("spoken",)
            )

    monkeypatch.setattr(findings, "limits_of", lambda _, seed: Sampled(seed))
    adjustment = adjust(build(pair([0.0], limit(0.0, None))).network)
    difference = adjustment.instant_function("B", 50.5, on_datum_scale=False)
    found = findings.find(adjustment, difference)
    assert found.verdict == "not-resolved"
    assert found.low_s == 0.001


def test_limits_alone_give_a_range_or_one_end_of_it() -> None:
    between = ask(pair([], limit(0.4, 2.4)))
    assert between.verdict == "a-before-b"
    assert between.difference_s == pytest.approx(1.4, abs=1e-3)
    assert between.interval_s == pytest.approx((0.45, 2.35), abs=1e-3)
    assert between.rests_on == ("limit 'spoken at once'",)
    assert between.flips_if == ("limit 'spoken at once' not holding",)
    assert "nothing observed links the two" in between.in_words
    assert between.budget == ()
    after = ask(pair([], limit(0.4, None)))
    assert after.verdict == "a-before-b"
    assert after.difference_s is None
    assert after.U95_s is None
    assert after.interval_s is None
    assert after.with_limits is not None
    assert after.with_limits.low_s == pytest.approx(0.4)
    assert "by at least 0.40 s (95 % range)" in after.in_words
    # The other way round it is the same sentence.
    assert ask(pair([], limit(0.4, None)), WORDS, FLASH).in_words == after.in_words
    perhaps = ask(pair([], limit(-0.4, None)))
    assert perhaps.verdict == "not-resolved"
    assert "no earlier than 0.40 s before flash (cam A)" in perhaps.in_words


def test_limits_that_cannot_all_hold_give_no_numbers_and_are_named() -> None:
    answer = ask(pair([], limit(0.5, 2.0), limit(-3.0, 0.2, "told")))
    assert answer.verdict == "not-resolved"
    assert answer.flags == ("disagrees",)
    assert answer.difference_s is None
    assert answer.interval_s is None
    assert set(answer.limits) == {"spoken at once", "told at once"}
    assert "'spoken at once' and 'told at once' cannot all hold" in answer.in_words
    without = {what.name: what.interval_s for what in answer.leave_one_out}
    assert without["limit 'told at once'"] == pytest.approx((0.5375, 1.9625), abs=1e-3)


def test_a_limit_is_left_out_as_a_what_if() -> None:
    inputs = pair([0.0] * 3, limit(None, 0.5))
    plain, answer = ask(pair([0.0] * 3)), ask(inputs, without=frozenset(["spoken"]))
    assert answer.interval_s == plain.interval_s
    assert answer.limits == ()


def test_an_event_seen_from_one_side_only_is_answered_by_limits() -> None:
    """Cam A shows the door already open at 40 s: not later; cam B not yet open at 39 s."""
    already = replace(sighting("door", "A", 40.0), id="by", earliest=None)
    not_yet = replace(sighting("door", "B", 39.0), id="from", latest=None)
    inputs = pair([0.0] * 3, already, not_yet)
    answer = ask(inputs, DOOR, FLASH)
    assert answer.a == "door (cam A)"
    assert answer.verdict == "a-before-b"
    assert answer.with_limits is not None
    assert answer.with_limits.status == "bounded"
    # 50 s less anywhere from 39 - 0.05 to 40 + 0.05 s.
    assert answer.interval_s == pytest.approx((9.98, 11.02), abs=0.05)
    one = ask(pair([0.0] * 3, already), DOOR, FLASH)
    assert one.verdict == "a-before-b"
    assert one.difference_s is None
    assert "Door (cam A) came before flash (cam A): by at least 9.9 s" in one.in_words


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (Place(mark="by"), "has one end"),
        (Place(event="never"), "nothing can be asked"),
        (Place(clock="none", displayed=ReferenceTime(0)), "There is no clock"),
        (Place(clock="log"), "Say what the clock log showed"),
        (Place(source="A"), "Say at which time"),
    ],
)
def test_what_cannot_be_asked_about_is_said_clearly(place: Place, message: str) -> None:
    already = replace(sighting("door", "A", 40.0), id="by", earliest=None)
    with pytest.raises(EvidenceError, match=message):
        ask(pair([0.0], already), place, FLASH)


# -- clock times ----------------------------------------------------------------------------------


def reading(number: int, at_s: float, shown_s: float) -> Reading:
    """The log's clock in the picture of cam A, to a tenth of a second."""
    return Reading(
        id=f"log-{number}", source="A", stream="picture", earliest=MediaTime.from_s(at_s),
        latest=MediaTime.from_s(at_s), clock="log", displayed=ReferenceTime.from_s(shown_s),
        granularity=Duration.from_s(0.1),
    )  # fmt: skip


def test_a_clock_time_is_a_place() -> None:
    """The log's clock shows 1,000 s more than cam A; it reads 16:40 + 48 s two seconds before."""
    inputs = pair([0.0], reading(1, 20.0, 1020.0), reading(2, 60.0, 1060.0))
    shown = Place(clock="log", displayed=ReferenceTime.from_s(1048.0))
    answer = ask(inputs, shown, FLASH)
    assert answer.a == "clock log at 00:17:28"
    # A display that truncates shows 1048.0 for a tenth: on average 0.05 s of it had passed.
    assert answer.difference_s == pytest.approx(2.0 + 0.05)
    assert "clock readings" in answer.in_words
    assert answer.in_words.startswith("Clock log at 00:17:28 came before flash (cam A): by 2.05 s")
    later = replace(shown, displayed=ReferenceTime.from_s(1000.0))
    assert "extrapolated" in ask(inputs, later, FLASH).flags
    assert "extrapolated" not in answer.flags
    wide = replace(shown, half=Duration.from_s(0.3))
    assert (ask(inputs, wide, FLASH).u_s or 0) ** 2 == pytest.approx(
        (answer.u_s or 0) ** 2 + 0.3**2 / 3
    )


def test_a_clock_that_nothing_reaches_has_no_link() -> None:
    answer = ask(pair([0.0]), Place(clock="log", displayed=ReferenceTime.from_s(7.25)), FLASH)
    assert answer.verdict == "no-link"
    assert answer.in_words == "No answer can be given: nothing observed links clock log with cam A."
    assert answer.reference_b is not None
    assert answer.reference_b.s == pytest.approx(50.0)


def test_an_event_that_only_a_log_has_is_asked_about() -> None:
    stamp = LogTime(
        id="stamp", event="door", clock="log", displayed=ReferenceTime.from_s(1045.0),
        granularity=Duration.from_s(1.0),
    )  # fmt: skip
    answer = ask(pair([0.0], reading(1, 20.0, 1020.0), stamp), DOOR, FLASH)
    assert answer.a == "door (log of log)"
    assert answer.difference_s == pytest.approx(50.0 - 45.5 + 0.05)


# -- disagreement ---------------------------------------------------------------------------------


def test_evidence_that_disagrees_is_answered_by_its_readings() -> None:
    answer = ask(pair([0.0, 4.0]))
    assert answer.contested is not None
    assert answer.verdict == "not-resolved"
    assert answer.flags == ("disagrees",)
    assert (answer.difference_s, answer.U95_s, answer.interval_s) == (None, None, None)
    values = {found.set_aside: found.value_s for found in answer.contested.candidates}
    assert values[("anchor 2",)] == pytest.approx(0.5)
    assert values[("anchor 1",)] == pytest.approx(-3.5)
    assert "'anchor 1' implies that flash (cam A) came between 0." in answer.in_words
    assert "'anchor 2' implies that words (cam B) came between 3." in answer.in_words
    assert "The recordings do not show which is wrong." in answer.in_words
    assert "Until this is settled no answer is stated." in answer.in_words
    assert "±" not in answer.in_words


def test_a_mistake_that_can_be_told_is_still_not_set_aside_by_itself() -> None:
    answer = ask(pair([0.0, 0.0, 4.0]))
    assert answer.difference_s is None
    assert "Without 'anchor 3' it follows that flash (cam A) came between 0." in answer.in_words


def test_once_the_culprit_is_ticked_off_the_rest_answers() -> None:
    inputs = pair([0.0, 0.0, 4.0])
    answer = ask(inputs, without=frozenset(["anchor 3"]))
    assert answer.verdict == "a-before-b"
    assert answer.difference_s == pytest.approx(0.5)
    kept = tuple(item for item in inputs.evidence if not item.id.startswith("anchor 3"))
    assert answer == ask(replace(inputs, evidence=kept))


def test_what_takes_no_part_cannot_be_left_out() -> None:
    with pytest.raises(EvidenceError, match="'nobody' is no evidence of this case"):
        ask(pair([0.0]), without=frozenset(["nobody"]))


# -- what would flip it, and what would not show --------------------------------------------------


def test_the_smallest_mistake_that_flips_it_in_seconds_and_pictures() -> None:
    """Two anchors: the asked marks have gain 1, each anchor's marks 1/2; the range ends U short of
    0.5 s, and a picture lasts 0.1 s."""
    answer = ask(pair([0.0, 0.0]))
    assert answer.interval_s is not None
    margin = answer.interval_s[0]
    expected = math.floor(margin * 100) / 100
    pictures = math.ceil(margin / 0.1)
    assert answer.flips_if == (
        f"a mistake of {expected:.2f} s ({pictures} pictures) in flash in cam A, "
        "which nothing would show",
    )


def test_a_mistake_the_other_evidence_would_show_is_told_from_one_it_would_not() -> None:
    """Asked about instants themselves, only the anchors can be mistaken: each has r = 1/2 of two
    and would be noticed from 4.13·u·√2·√2 on."""
    places = [
        Place(source=name, time=MediaTime.from_s(at)) for name, at in (("A", 50.0), ("B", 52.0))
    ]
    answer = ask(pair([0.0, 0.0]), *places)
    assert answer.interval_s is not None
    needed = answer.interval_s[0] / 0.5
    mdb = 4.1321 * (0.05 / math.sqrt(3)) / math.sqrt(0.25)
    assert needed > mdb
    [only] = answer.flips_if
    assert only.endswith("in anchor 1 in cam A, which the other evidence would show")
    near = ask(pair([0.0, 0.0]), places[0], replace(places[1], time=MediaTime.from_s(50.1)))
    assert near.flips_if[0].endswith("which the other evidence might not show")
    # Unnoticed up to the same size, and half of it reaches the answer.
    worst = answer.unnoticed[0]
    assert worst.mistake_s == pytest.approx(mdb, rel=1e-4)
    assert worst.shift_s == pytest.approx(mdb / 2, rel=1e-4)
    assert "A mistake of up to 0.24 s in anchor" in answer.in_words
    assert "would go unnoticed and could shift this by 0.12 s." in answer.in_words


def test_for_an_order_not_resolved_it_says_what_would_resolve_it() -> None:
    answer = ask(pair([0.0, 0.0], words_s=50.02))
    assert answer.verdict == "not-resolved"
    assert answer.interval_s is not None
    needed = min(-answer.interval_s[0], answer.interval_s[1])
    [only] = answer.flips_if
    assert only.startswith(f"a mistake of {math.floor(needed * 1000) / 1000:.3f} s (1 picture) in")
    assert only.endswith("then flash (cam A) would come before words (cam B)")


def test_a_mark_typed_as_a_range_is_not_counted_in_pictures() -> None:
    inputs = pair([0.0, 0.0])
    typed = tuple(
        replace(item, spread="normal") if isinstance(item, Mark) else item
        for item in inputs.evidence
    )
    assert "picture" not in ask(replace(inputs, evidence=typed)).flips_if[0]


# -- sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "condition"),
    [
        ((), "This holds if the 2 anchors are the events described."),
        ((reading(1, 10.0, 1010.0),), "This holds if the 2 anchors are the events described."),
    ],
)
def test_conditions_name_what_carries_it_and_nothing_else(
    more: tuple[Evidence, ...], condition: str
) -> None:
    assert condition in ask(pair([0.0, 0.0], *more)).in_words


def test_one_anchor_is_said_as_one() -> None:
    assert "if the anchor is the event described" in ask(pair([0.0])).in_words


@pytest.mark.parametrize("words_s", [49.0, 49.9, 50.02, 50.1, 50.2, 51.0])
def test_no_sentence_has_a_negative_number_or_a_bare_range(words_s: float) -> None:
    for more in ((), (limit(None, 0.3),), (limit(-0.2, None),)):
        answer = ask(pair([0.0, 0.0], *more, words_s=words_s))
        assert "-" not in answer.in_words.replace("one-sided", "")
        assert "±" not in answer.in_words
        if answer.difference_s is not None:
            assert "95 % range" in answer.in_words
            assert 0.001 <= (answer.p_a_before_b or 0) <= 0.999


def test_the_sample_keeps_its_answers() -> None:
    coarse = ask(harrow("barrier", "light bar", "stamps"))
    fine = ask(harrow("barrier", "light bar", "stamps", "door"))
    assert (coarse.U95_s, fine.U95_s) == pytest.approx((0.78, 0.12), abs=0.01)
    assert fine.verdict == "a-before-b"


def test_a_limit_that_the_observations_contradict_is_said_and_not_used() -> None:
    plain = ask(pair([0.0, 0.01]))
    answer = ask(pair([0.0, 0.01], limit(None, -5.0)))
    assert answer.interval_s == plain.interval_s
    assert "limit-contradicted" in answer.flags
    assert "limit-contradicted" not in plain.flags
    assert "contradicts the limit 'spoken at once', so it is not used" in answer.in_words
