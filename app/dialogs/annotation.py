"""Forms for remarks: one at a time, and what the times of a file of them are counted on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.dialogs.form import Form
from sync.case.annotate import MOST_TEXT
from sync.case.annotation import Annotation
from sync.case.case import Case
from sync.errors import EvidenceError
from sync.timebase import MediaTime, ReferenceTime, format_clock, parse_time_ns

CLOCK = "clock:"


class Remark(Form[Annotation]):
    """Words at a time; ``wanted`` says where, and what stands there so far."""

    def __init__(self, parent: QWidget | None, wanted: Annotation, on: str) -> None:
        super().__init__(
            parent, "Remark", f"Words beside the recordings, on {on}. They are no evidence and "
            "take no part in the calculation.", ok="Keep",
        )  # fmt: skip
        self._wanted = wanted
        media = wanted.source is not None
        start = wanted.start if media else wanted.displayed
        end = wanted.end if media else wanted.displayed_end
        self.text = self.add_line("Words", wanted.text, "unit arrives at the gate")
        self.text.setMaxLength(MOST_TEXT)
        self.layer = self.add_line("Layer", wanted.layer, "transcript", "What it belongs with")
        self.start = self.add_line("From", "" if start is None else format_clock(start, 3))
        self.end = self.add_line(
            "To", "" if end is None else format_clock(end, 3), "empty: an instant"
        )
        self.reads(self._value)

    def _value(self) -> Annotation:
        if not self.text.text().strip():
            raise EvidenceError("A remark needs words.")
        typed = [field.text().strip() for field in (self.start, self.end)]
        start_ns, end_ns = (parse_time_ns(text) if text else None for text in typed)
        if start_ns is None:
            raise EvidenceError("A remark needs a time.")
        said = replace(self._wanted, text=self.text.text(), layer=self.layer.text().strip())
        if said.source is not None:
            return replace(said, start=MediaTime(start_ns),
                           end=None if end_ns is None else MediaTime(end_ns))  # fmt: skip
        return replace(said, displayed=ReferenceTime(start_ns),
                       displayed_end=None if end_ns is None else ReferenceTime(end_ns))  # fmt: skip

    @classmethod
    def ask(cls, parent: QWidget | None, wanted: Annotation, on: str) -> Annotation | None:
        """The remark, or ``None``."""
        return cls(parent, wanted, on).run()


class CountedOn(Form[tuple[str | None, str | None]]):
    """What the times of a file of captions, labels or log rows are counted on."""

    def __init__(self, parent: QWidget | None, case: Case, path: Path, focused: str | None) -> None:
        super().__init__(
            parent, f"Add {path.name}",
            "Its words are kept beside the recordings; they are no evidence. Say what its times "
            "are counted on.", ok="Add",
        )  # fmt: skip
        choices: list[tuple[str, object]] = [
            (f"the file time of {source.name}", source.id) for source in case.sources
        ]
        choices += [(f"what the {clock.name} showed", CLOCK + clock.id) for clock in case.clocks]
        chosen: object = focused
        if path.suffix.lower() in (".csv", ".tsv") and case.datum is not None:
            chosen = CLOCK + case.datum
        self.on = self.add_choice("Times are", choices, chosen)
        self.reads(self._value)

    def _value(self) -> tuple[str | None, str | None]:
        chosen = str(self.on.currentData() or "")
        if not chosen:
            raise EvidenceError("Add a recording or choose a clock first.")
        if chosen.startswith(CLOCK):
            return None, chosen.removeprefix(CLOCK)
        return chosen, None

    @classmethod
    def ask(
        cls, parent: QWidget | None, case: Case, path: Path, focused: str | None
    ) -> tuple[str | None, str | None] | None:
        """(source id, clock id), one of them ``None``; ``None`` when cancelled."""
        return cls(parent, case, path, focused).run()
