"""Where a recording came from: what the report and an opponent will ask of every exhibit."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from app.dialogs.form import Form
from sync.case.case import KEPT_AS_WORDS, Case, Source


class AboutRecording(Form[Case]):
    """Item number, device, receipt, and whether it is the recorder's own file; all may wait."""

    def __init__(self, parent: QWidget | None, case: Case, source: Source) -> None:
        super().__init__(
            parent, f"Where {source.name} came from",
            "As stated by you: the report prints it so. What the program found in the file stands "
            "beside it.", ok="Keep",
        )  # fmt: skip
        self._case, self._source = case, source
        self.item = self.add_line("Item number", source.item, "12-B")
        self.received = self.add_line("Received", source.received, "from whom, when, how")
        self.device = self.add_line("Recorder", source.device, "make and model")
        self.kept_as = self.add_choice(
            "The file is",
            [(words or "not known", kind) for kind, words in KEPT_AS_WORDS.items()], source.kept_as,
            tip="Re-encoding may drop, repeat or blend pictures and set their times anew",
        )  # fmt: skip
        self.reads(self._value)

    def _value(self) -> Case:
        return self._case.with_source(
            replace(
                self._source, item=self.item.text().strip(), device=self.device.text().strip(),
                received=self.received.text().strip(), kept_as=self.kept_as.currentData(),
            )
        )  # fmt: skip

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, source: Source) -> Case | None:
        """The case with what was stated, or ``None``."""
        return cls(parent, case, source).run()
