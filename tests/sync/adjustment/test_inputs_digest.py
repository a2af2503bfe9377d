"""A saved calculation is out of date when something that shapes it changed, and only then."""

from __future__ import annotations

from dataclasses import replace

from sync.adjustment.inputs import ClockInput, Inputs, inputs_digest
from sync.evidence import EdgePicture, Event, Mark, Provenance
from sync.timebase import MediaTime

MARK = Mark(
    id="mark_1", event="door", source="cam", stream="picture", earliest=MediaTime.from_s(1.0),
    latest=MediaTime.from_s(1.1), provenance=Provenance(status="accepted"),
)  # fmt: skip
AT_SCHEMA_3 = "024515b1c8caf1c1f933da3669b0443acc5467f425e974758ca410cc6216f888"
"""What these inputs gave before marks could wait for their frames to be counted."""


def digest(mark: Mark) -> str:
    return inputs_digest(
        Inputs(
            datum="c", clocks=(ClockInput(id="c", name="C", u_drift_ppm=None),), sources=(),
            events=(Event(id="door", name="door"),), evidence=(mark,),
        )
    )  # fmt: skip


def test_a_case_calculated_by_an_earlier_version_is_not_out_of_date() -> None:
    assert digest(MARK) == AT_SCHEMA_3


def test_a_mark_that_waits_is_another_input_than_one_that_takes_part() -> None:
    waits = replace(MARK, unverified=(EdgePicture(ordinal=7, digest=1),))
    assert digest(waits) != digest(MARK)
    assert digest(replace(waits, unverified=())) == digest(MARK)


def test_words_change_no_number() -> None:
    noted = replace(MARK, provenance=Provenance(status="accepted", note="seen twice", by="R. Doe"))
    assert digest(noted) == digest(MARK)
