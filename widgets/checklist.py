"""The thin checklist of a new case: what is done and what comes next."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from widgets.parts import button, label, set_role

STEPS: tuple[tuple[str, str], ...] = (
    ("add", "add recordings"),
    ("check", "check files"),
    ("read", "read clocks"),
    ("link", "link recordings"),
    ("ask", "ask"),
    ("report", "report"),
)


class Checklist(QFrame):
    """Six steps in a row; the first that is not done is the next act.

    Signals
    -------
    step_clicked(str)
        Key of the step: add, check, read, link, ask, report.
    dismissed()
    """

    step_clicked = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("Checklist")
        self.setFixedHeight(38)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 2, 8, 2)
        row.setSpacing(2)
        self._buttons: dict[str, QPushButton] = {}
        self._arrows: list[QWidget] = []
        self._brief = False
        for place, (key, _) in enumerate(STEPS):
            if place:
                self._arrows.append(label("›", "faint", wrap=False))
                row.addWidget(self._arrows[-1])
            made = button("", kind="flat")
            made.clicked.connect(lambda _=False, step=key: self.step_clicked.emit(step))
            self._buttons[key] = made
            row.addWidget(made)
        row.addStretch(1)
        hide = button("hide", kind="flat", tip="The checklist comes back from the View menu")
        hide.clicked.connect(self.dismissed)
        row.addWidget(hide)
        self.set_done(())

    def set_done(self, done: Collection[str]) -> None:
        """Mark steps as done."""
        upcoming = next((key for key, _ in STEPS if key not in done), None)
        said = [f"{text}: {'done' if key in done else 'to do'}" for key, text in STEPS]
        self.setToolTip("\n".join(said))  # where only the next step is shown
        for key, text in STEPS:
            made = self._buttons[key]
            symbol = "✓" if key in done else ("▸" if key == upcoming else "○")
            made.setText(f"{symbol} {text}")
            state = "done" if key in done else ("next" if key == upcoming else "to do")
            made.setAccessibleName(f"{text}: {state}")
            set_role(made, "link", key == upcoming)
            set_role(made, "flat", key != upcoming)
            made.setVisible(not self._brief or key == upcoming)

    def set_brief(self, brief: bool) -> None:
        """Show only the next step, where room is short."""
        self._brief = brief
        for made in self._buttons.values():
            made.setVisible(not brief or bool(made.property("link")))
        for arrow in self._arrows:
            arrow.setVisible(not brief)

    def texts(self) -> list[str]:
        """What the steps say."""
        return [made.text() for made in self._buttons.values()]
