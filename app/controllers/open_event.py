"""The event being marked: what is kept while it is open, where N goes, what the banner says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.controllers import ties
from app.controllers.draft import Draft
from app.controllers.places import Places
from sync.case.case import Case
from sync.evidence import Mark


@dataclass(slots=True)
class OpenEvent:
    """The event being marked."""

    name: str = ""
    event: str = ""
    marks: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)
    came: str = ""
    """How the present recording was come to, for the note of its mark."""

    def take(self, mark: Mark, case: Case) -> None:
        """A mark was made; with its first one an event of the case may be taken up again."""
        if not self.marks:
            before = [other for other in case.marks_of(mark.event) if other.id != mark.id
                      and other.provenance.status in ("accepted", "proposed")]  # fmt: skip
            self.marks += [other.id for other in before]
            self.visited += [other.source for other in before]
        event = case.event(mark.event)
        assert event is not None
        self.name, self.event, self.came = event.name, event.id, ""
        self.marks.append(mark.id)
        self.visited.append(mark.source)


LEFT = "left undecided"
"""In the note of the last mark of an event that a person closed without deciding."""


def left_open(case: Case) -> OpenEvent | None:
    """The event that was open when the program ended: its marks are proposed and nobody left it."""
    proposed = [mark for mark in case.of_kind(Mark) if mark.provenance.status == "proposed"]
    by_event: dict[str, list[Mark]] = {}
    for mark in proposed:
        by_event.setdefault(mark.event, []).append(mark)
    for event, marks in reversed(by_event.items()):
        known = case.event(event)
        if known is not None and not any(LEFT in mark.provenance.note for mark in marks):
            before = [mark for mark in case.marks_of(event) if mark.provenance.status == "accepted"]
            seen = [*before, *marks]
            return OpenEvent(name=known.name, event=event, marks=[mark.id for mark in seen],
                             visited=[mark.source for mark in seen])  # fmt: skip
    return None


def next_source(
    opened: OpenEvent, places: Places, focused: str | None, usable: Callable[[str], bool]
) -> str | None:
    """The next recording, in the case's order, that could show the event and was not looked at."""
    ids = [source.id for source in places.sources]
    here = ids.index(focused) if focused in ids else -1
    for source in (*ids[here + 1 :], *ids[: here + 1]):
        seen = source in opened.visited or source == focused
        shows = not places.linked(source) or places.media_now(source) is not None
        if not seen and shows and usable(source):
            return source
    return None


def banner_text(case: Case, opened: OpenEvent, draft: Draft | None, focused: str | None) -> str:
    """What is open, and what the next key does."""
    name = f"“{opened.name}”" if opened.name else "New event"
    if draft is not None:
        source = case.source(draft.source).name
        return (
            f"{name} · {source} {draft.words()} · ⏎ accept · ← → move · Shift+← → widen · "
            "[ ] one-sided · Esc drop"
        )
    marks = ties.marks_of(case, opened.marks)
    seen = f"{len(marks)} sighting{'s' if len(marks) != 1 else ''}"
    then = "⏎ close" if len(marks) >= 2 else "Esc close"
    mark = "" if any(m.source == focused for m in marks) else " · M marks it here"
    return f"{name} · {seen}{mark} · N next recording · {then} · answers are covered"
