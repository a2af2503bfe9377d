"""The closing card: what the sightings of one event are to each other, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.controllers import ties
from app.controllers.open_event import OpenEvent
from app.controllers.snippets import Snippets
from app.document import Document
from sync.case.acts import with_delay
from sync.case.case import Case
from sync.case.delays import RADIO_CHAIN_KEY, radio_chain
from sync.evidence import Delay, Mark

if TYPE_CHECKING:
    from app.dialogs.closing import ClosingCard, Sighting

_RADIO = (
    "Radio sound comes late, and sound takes time to travel: D states by how much. Speech about "
    "an event is not the event: S."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an answer comes to: the case with it, the act for the log, one line to say."""

    case: Case
    act: str
    said: str


class Closing:
    """Asks about the sightings of an open event and turns the answer into a decision."""

    def __init__(self, document: Document, snippets: Snippets, window: QWidget) -> None:
        self._document, self._snippets, self._window = document, snippets, window
        self.radio_longest_s = 1.0
        """The longest delay of a radio chain nobody has stated: a preference."""

    def card(self, opened: OpenEvent) -> ClosingCard:
        """The card with every sighting, to be shown."""
        from app.dialogs.closing import ClosingCard

        case = self._document.case
        marks = ties.marks_of(case, opened.marks)
        event = case.event(opened.event)
        return ClosingCard(
            self._window, opened.name, event.definition if event is not None else "",
            [self._sighting(case, mark, marks) for mark in marks],
            _RADIO if any(mark.stream == "sound" for mark in marks) else "",
        )  # fmt: skip

    def _sighting(self, case: Case, mark: Mark, marks: list[Mark]) -> Sighting:
        """As it is shown, with the delay it has or that *same instant* gives it."""
        known = {delay.key: delay for delay in case.of_kind(Delay)}
        preset = radio_chain(longest_s=self.radio_longest_s)
        keys = mark.delays or ((RADIO_CHAIN_KEY,) if mark in ties.radio_marks(case, marks) else ())
        late = [ties.delay_words(known.get(key, preset)) for key in keys]
        shown = self._snippets.sighting(mark, case.source(mark.source).name)
        return replace(shown, late=" and ".join(late))

    def decide(self, opened: OpenEvent, what: str) -> Decision | None:
        """What ``same``, ``delayed`` or ``speaking`` comes to; ``None`` when no delay was given.

        Raises
        ------
        EvidenceError
            When the marks do not allow it.
        """
        if what == "same":
            return self._same(opened)
        return self._delayed(opened) if what == "delayed" else self._speaking(opened)

    def _same(self, opened: OpenEvent) -> Decision:
        """Same instant; radio sound is late by its chain, unknown until somebody states it."""
        case = self._document.case
        heard = ties.radio_marks(case, ties.marks_of(case, opened.marks))
        if heard and not any(delay.key == RADIO_CHAIN_KEY for delay in case.of_kind(Delay)):
            chain = radio_chain(by=self._document.author, longest_s=self.radio_longest_s)
            case = with_delay(case, chain)
        for mark in heard:
            case = ties.delayed(case, mark, RADIO_CHAIN_KEY)
        words = f", with the radio chain (0 to {self.radio_longest_s:g} s unless stated)"
        return _tie(case, opened, words if heard else "")

    def _delayed(self, opened: OpenEvent) -> Decision | None:
        from app.dialogs.delays import StateDelay

        case = self._document.case
        late = ties.late_one(ties.marks_of(case, opened.marks))
        name = case.source(late.source).name
        found = StateDelay.ask(
            self._window, case, f"By how much did {name} see or hear it late? All marks that name "
            "a delay share its value.",
        )  # fmt: skip
        if found is None:
            return None
        return _tie(ties.delayed(found[0], late, found[1]), opened, f", {name} late by {found[1]}")

    def _speaking(self, opened: OpenEvent) -> Decision:
        case, own = ties.speech_about(
            self._document.case, opened.name, opened.marks, self._document.author
        )
        return Decision(
            case=case,
            act=f"“{own}” came after “{opened.name}”: a limit, no tie",
            said=f"No tie was made but a limit: “{opened.name}” was not after “{own}”.",
        )


def _tie(case: Case, opened: OpenEvent, how: str) -> Decision:
    marks = ties.marks_of(case, opened.marks)
    names = list(dict.fromkeys(case.source(mark.source).name for mark in marks))
    return Decision(
        case=ties.tied(case, opened.marks),
        act=f"tie “{opened.name}”: {' ↔ '.join(names)}{how}",
        said=f"“{opened.name}” ties {' and '.join(names)}{how}.",
    )
