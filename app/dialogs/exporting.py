"""Which format a case is written in, and on whose time."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.dialogs.form import Form
from sync.case.case import Case
from sync.interchange.export import FORMATS
from widgets.parts import label


class ChooseExport(Form[tuple[str, str | None]]):
    """A format, and a recording for times in its own file."""

    def __init__(self, parent: QWidget | None, case: Case) -> None:
        super().__init__(
            parent, "Export", "Every time is written with its 95 % range, in columns or in words.",
            ok="Choose a file …",
        )  # fmt: skip
        formats: list[tuple[str, object]] = [
            (f"{known.name} ({known.suffix})", kind) for kind, known in FORMATS.items()
        ]
        self.format = self.add_choice("Format", formats)
        places: list[tuple[str, object]] = [("the reference clock", None)]
        places += [(f"the file time of {source.name}", source.id) for source in case.sources]
        self.on = self.add_choice("Times on", places)
        self.words = label("", "secondary")
        self.fields.addRow("", self.words)
        self.format.currentIndexChanged.connect(self._show)
        self.reads(self._value)
        self._show()

    def _show(self) -> None:
        known = FORMATS[str(self.format.currentData())]
        self.words.setText(f"{known.words[:1].upper()}{known.words[1:]}.")
        self.on.setEnabled(known.own_time)
        if not known.own_time:
            self.on.setCurrentIndex(0)

    def _value(self) -> tuple[str, str | None]:
        on = self.on.currentData()
        return str(self.format.currentData()), None if on is None else str(on)

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case) -> tuple[str, str | None] | None:
        """(format, recording id or ``None``), or ``None`` when cancelled."""
        return cls(parent, case).run()
