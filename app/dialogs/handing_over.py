"""What a review video shows, and what goes into a bundle."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QLineEdit, QWidget

from app.dialogs.form import Form, TickList
from sync.case.case import Case
from sync.report.review_plan import (
    SIZES,
    ReviewRequest,
    panes_offered,
    plan_review,
    sounds_offered,
    usual_request,
)
from sync.timebase import ReferenceTime, format_clock, parse_time_ns

LAYOUTS: list[tuple[str, object]] = [
    ("side by side", "grid"), ("the first large, the others small beside it", "inset"),
]  # fmt: skip


class ChooseReview(Form[ReviewRequest]):
    """Panes, sound, layout, size and range; what cannot be filmed says why and stays."""

    def __init__(
        self, parent: QWidget | None, case: Case, range_: tuple[int | None, int | None]
    ) -> None:
        super().__init__(
            parent, "Review video",
            "The recordings in step, for showing. It says on every picture that it is no evidence.",
            ok="Choose a file …",
        )  # fmt: skip
        self.setMinimumWidth(560)
        self._case = case
        usual = usual_request(case)
        self.panes = TickList("Panes")
        for source, why in panes_offered(case):
            shown = f"{source.name} – {why}" if why else source.name
            self.panes.add(shown, source.id, source.id in usual.panes, enabled=not why)
        self.fields.addRow("Panes", self.panes)
        self.starts_in(self.panes)
        first = [(source.name, source.id) for source, why in panes_offered(case) if not why]
        self.arranged = self.add_choice("Layout", LAYOUTS)
        self.large = self.add_choice("Large", [(name, source) for name, source in first])
        self.arranged.currentIndexChanged.connect(self._show)
        sounds: list[tuple[str, object]] = [
            (source.name, source.id) for source, why in sounds_offered(case) if not why
        ]
        self.sound = self.add_choice("Sound", [*sounds, ("none", None)], usual.sound)
        sizes: list[tuple[str, object]] = [(size.replace("x", " × "), size) for size in SIZES]
        self.frame_size = self.add_choice("Size", sizes)
        self.first = self.add_line("From", _shown(range_[0]), "the first picture of any pane")
        self.last = self.add_line("To", _shown(range_[1]), "the last picture of any pane")
        self.reads(self._value)
        self._show()

    def _show(self) -> None:
        self.large.setEnabled(self.arranged.currentData() == "inset")

    def _value(self) -> ReviewRequest:
        panes = [str(source) for source in self.panes.ticked()]
        layout = self.arranged.currentData()
        if layout == "inset":
            panes.sort(key=lambda source: source != self.large.currentData())
        width, height = map(int, str(self.frame_size.currentData()).split("x"))
        sound = self.sound.currentData()
        request = ReviewRequest(
            panes=tuple(panes), sound=None if sound is None else str(sound),
            layout="inset" if layout == "inset" else "grid", width=width, height=height,
            start=_typed(self.first), end=_typed(self.last),
        )  # fmt: skip
        plan_review(self._case, request)  # what cannot be filmed is said here, not after a wait
        return request


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleChoice:
    """What goes into a bundle."""

    recordings: bool
    review: bool
    zipped: bool


class ChooseBundle(Form[BundleChoice]):
    """What goes in besides the case, its log, its report and its tables."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(
            parent, "Hand over",
            "The case, its log, its report and its tables, with a checksum for every file, and a "
            "page that shows them in any browser without a network.",
            ok="Choose a place …",
        )  # fmt: skip
        self.fields.setHorizontalSpacing(0)  # no field here has a name before it
        self.recordings = self.add_tick("Working copies of the recordings", True)
        self.review = self.add_tick("A review video …")
        self.zipped = self.add_tick("As one zip file")
        self.reads(self._value)

    def _value(self) -> BundleChoice:
        return BundleChoice(
            recordings=self.recordings.isChecked(), review=self.review.isChecked(),
            zipped=self.zipped.isChecked(),
        )  # fmt: skip


def _shown(ns: int | None) -> str:
    return "" if ns is None else format_clock(ReferenceTime(ns), 3)


def _typed(field: QLineEdit) -> ReferenceTime | None:
    text = field.text().strip()
    return ReferenceTime(parse_time_ns(text)) if text else None
