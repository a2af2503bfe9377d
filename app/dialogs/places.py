"""What can be pointed at in a form: events, marks, the playhead; or typed."""

from __future__ import annotations

from dataclasses import dataclass

from sync.case.acts import parse_place
from sync.case.case import Case, Source
from sync.errors import EvidenceError, TiepointError
from sync.evidence import Mark, Place, takes_part
from sync.timebase import MediaTime, ReferenceTime, format_seconds, parse_time_ns

TIP = (
    "An event, a mark, the playhead; or type RECORDING@TIME±a, a time of the reference clock "
    "(14:23:05), or clock:NAME@TIME"
)


@dataclass(frozen=True, slots=True)
class Offered:
    """Places by the words they are offered under."""

    case: Case
    places: tuple[tuple[str, Place], ...]

    @property
    def choices(self) -> list[tuple[str, object]]:
        """For :meth:`app.dialogs.form.Form.add_choice`: the data is the place itself."""
        return [(text, place) for text, place in self.places]

    def read(self, text: str) -> Place:
        """The place chosen or typed.

        Raises
        ------
        TiepointError
            When it leads nowhere.
        """
        typed = text.strip()
        known = next((place for shown, place in self.places if shown == typed), None)
        if known is not None:
            return known
        if not typed:
            raise EvidenceError("A place is missing.", hint=TIP + ".")
        shown = _clock_time(typed)
        if shown is None:
            return parse_place(self.case, typed)
        if self.case.datum is None:
            raise EvidenceError(
                f"{typed} is a clock time, and no reference clock is chosen.",
                hint="Choose one with Ctrl+R, or type clock:NAME@TIME.",
            )
        return Place(clock=self.case.datum, displayed=shown)

    @property
    def playhead(self) -> Place | None:
        """The time at the playhead, where it is offered."""
        return next((place for _, place in self.places if place.source is not None), None)


def _clock_time(text: str) -> ReferenceTime | None:
    if "@" in text or ":" not in text:
        return None
    try:
        return ReferenceTime(parse_time_ns(text))
    except TiepointError:
        return None


def offered(case: Case, here: tuple[Source, MediaTime] | None) -> Offered:
    """What a form offers, newest events first: also those that only limits hold.

    Parameters
    ----------
    here
        The focused recording and its time at the playhead.
    """
    marks = [mark for mark in case.of_kind(Mark) if takes_part(mark) and not mark.one_sided]
    names = {source.id: source.name for source in case.sources}
    found: list[tuple[str, Place]] = []
    for event in reversed(case.events):
        own = [mark for mark in marks if mark.event == event.id]
        where = names.get(own[0].source, "") if len(own) == 1 else f"{len(own)} recordings"
        if not own:
            where = "no mark with two ends"
        found.append((f"{event.name} ({where})", Place(event=event.id)))
    if here is not None:
        source, at = here
        found.append(
            (f"{source.name} at {format_seconds(at.ns, 3)} s (playhead)",
             Place(source=source.id, stream="picture" if source.facts.picture else "sound",
                   time=at))
        )  # fmt: skip
    events = {event.id: event.name for event in case.events}
    for mark in marks:
        if len([m for m in marks if m.event == mark.event]) > 1:
            text = f"{events.get(mark.event, mark.event)} in {names.get(mark.source, '')} alone"
            found.append((text, Place(mark=mark.id)))
    return Offered(case, tuple(found))
