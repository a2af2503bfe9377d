"""New case: where it is kept, and what is known of it already (all but the place may wait)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QWidget

from app.dialogs.form import Form
from sync.case.paths import SUFFIX
from sync.errors import CaseError
from widgets.parts import button


@dataclass(frozen=True, slots=True)
class NewCaseValues:
    """What was typed."""

    path: Path
    title: str
    number: str
    examiner: str
    question: str = ""


class NewCase(Form[NewCaseValues]):
    """Asks for the place, title, number, examiner, and the question in words."""

    def __init__(self, parent: QWidget | None, folder: Path, examiner: str) -> None:
        super().__init__(
            parent, "New case",
            "Only the place is needed now. Recordings stay where they are and are never changed.",
            ok="Make the case",
        )  # fmt: skip
        self.title_field = self.add_line("Title", hint="Harrow Hall, 14:22")
        self.number = self.add_line("Number", hint="of the case or exhibit")
        self.examiner = self.add_line("Examiner", examiner)
        self.question = self.add_line(
            "Question", hint="Did the call come before the flash?",
            tip="In words: its two instants are named once they are marked",
        )  # fmt: skip
        row = QHBoxLayout()
        row.setSpacing(8)
        self.place = QLineEdit(str(folder / f"case{SUFFIX}"))
        choose = button("Choose …")
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose)
        self.place.setAccessibleName("Case file")
        row.addWidget(self.place, 1)
        row.addWidget(choose)
        self.fields.addRow(QLabel("Case file"), row)
        self.title_field.textEdited.connect(self._name_after_title)
        self._folder, self._chosen = folder, False
        self.reads(self._values)

    def _name_after_title(self, title: str) -> None:
        if self._chosen:
            return
        plain = "".join(c if c.isalnum() or c in " -_" else " " for c in title)
        name = "-".join(plain.lower().split()) or "case"
        self.place.setText(str(self._folder / f"{name}{SUFFIX}"))

    def _choose(self) -> None:
        found, _ = QFileDialog.getSaveFileName(
            self, "Case file", self.place.text(), f"Tiepoint cases (*{SUFFIX})"
        )
        if found:
            self._chosen = True
            self.place.setText(found)

    def _values(self) -> NewCaseValues:
        path = Path(self.place.text().strip())
        if not path.name:
            raise CaseError("A case needs a file.")
        if path.suffix != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        return NewCaseValues(
            path, self.title_field.text().strip(), self.number.text().strip(),
            self.examiner.text().strip(), self.question.text().strip(),
        )  # fmt: skip

    @classmethod
    def ask(cls, parent: QWidget | None, folder: Path, examiner: str) -> NewCaseValues | None:
        """What was typed, or ``None``."""
        return cls(parent, folder, examiner).run()
