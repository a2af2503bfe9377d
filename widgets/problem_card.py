"""A problem: what happened, what it means for the evidence, what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.parts import button, label, selectable


class ProblemCard(QFrame):
    """Three sentences and what the person can do.

    Signals
    -------
    action_clicked(str)
        Text of an offered action.
    dismissed()
    """

    action_clicked = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setProperty("disagree", True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        self._what = selectable("", "title")
        self._means = selectable("")
        self._do = selectable("", "secondary")
        self._means_heading = label("WHAT IT MEANS FOR THE EVIDENCE", "heading")
        self._do_heading = label("WHAT TO DO", "heading")
        column.addWidget(self._what)
        below = QHBoxLayout()
        below.setSpacing(24)
        for parts in ((self._means_heading, self._means), (self._do_heading, self._do)):
            part = QVBoxLayout()
            part.setSpacing(2)
            for made in parts:
                part.addWidget(made)
            part.addStretch(1)
            below.addLayout(part, 1)
        self._actions = QHBoxLayout()
        below.addLayout(self._actions)
        below.setAlignment(self._actions, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(below)
        self._buttons: list[QWidget] = []
        self.set_problem("", "", "")

    def set_problem(
        self, what: str, means: str, todo: str, *, actions: tuple[str, ...] = ()
    ) -> None:
        """Say it; the first action is the suggested one."""
        self._what.setText(what)
        for heading, body, text in (
            (self._means_heading, self._means, means), (self._do_heading, self._do, todo)
        ):  # fmt: skip
            body.setText(text)
            body.setVisible(bool(text))
            heading.setVisible(bool(text))
        self.setAccessibleName(what)
        self.setAccessibleDescription(f"{means} {todo}".strip())
        for made in self._buttons:
            self._actions.removeWidget(made)
            made.setParent(None)
            made.deleteLater()
        while self._actions.count():
            self._actions.takeAt(0)
        self._buttons = [self._action(text, place == 0) for place, text in enumerate(actions)]
        dismiss = button("Dismiss", kind="flat")
        dismiss.clicked.connect(self.dismissed)
        self._buttons.append(dismiss)
        for made in self._buttons:
            self._actions.addWidget(made)

    def _action(self, text: str, first: bool) -> QWidget:
        made = button(text, act=first)
        made.clicked.connect(lambda: self.action_clicked.emit(text))
        return made
