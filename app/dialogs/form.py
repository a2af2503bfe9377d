"""What all forms share: labelled fields, a line that says what is wrong, OK and Cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from sync.case.case import Case
from sync.errors import EvidenceError, TiepointError
from sync.timebase import Duration, parse_time_ns
from sync.uncertainty import Distribution
from widgets.parts import Choice, FramedTicks, Tick, label

V = TypeVar("V")
_MOST_ROWS = 8
"""Of a list: what is more is scrolled to, so that no form is higher than a small screen."""
SPREADS: list[tuple[str, object]] = [("anywhere within", "rectangular"), ("95 % range", "normal")]
"""How a typed ± is meant."""


@runtime_checkable
class Signer(Protocol):
    """What knows who sits here: the window."""

    @property
    def author(self) -> str:
        """The name that signs."""
        ...


class Form(QDialog, Generic[V]):
    """A dialog whose fields are read into one value; what cannot be read is said, not lost."""

    def __init__(self, parent: QWidget | None, title: str, text: str = "", ok: str = "OK") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(460)
        self.value: V | None = None
        self._first: QWidget | None = None
        self._read: Callable[[], V] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(title, "title"))
        if text:
            column.addWidget(label(text, "secondary"))
        self.fields = QFormLayout()
        self.fields.setHorizontalSpacing(16)
        self.fields.setVerticalSpacing(8)
        self.fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.fields.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self.fields)
        column.addStretch(1)
        self.problem = label("", "disagree")
        self.problem.hide()
        column.addWidget(self.problem)
        buttons = QDialogButtonBox()
        self.ok = buttons.addButton(ok, QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setProperty("act", True)
        self.ok.setDefault(True)
        buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    # -- fields ------------------------------------------------------------------------------

    def add_line(self, name: str, text: str = "", hint: str = "", tip: str = "") -> QLineEdit:
        """A line of text."""
        field = QLineEdit(text)
        field.setPlaceholderText(hint)
        return self._add(name, field, tip)

    def add_choice(
        self, name: str, choices: list[tuple[str, object]], chosen: object = None, tip: str = "",
        *, typed: bool = False,
    ) -> QComboBox:  # fmt: skip
        """One of several; with ``typed`` also something else."""
        field = Choice()
        field.setEditable(typed)
        line = field.lineEdit()
        if line is not None:  # an editable box keeps Enter for itself
            field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            line.returnPressed.connect(self.accept)
        for text, data in choices:
            field.addItem(text, data)
        at = next((n for n, (_, data) in enumerate(choices) if data == chosen), 0)
        if choices:
            field.setCurrentIndex(at)
        return self._add(name, field, tip)

    def add_tick(self, text: str, on: bool = False, tip: str = "") -> Tick:
        """Yes or no."""
        field = Tick(text)
        field.setChecked(on)
        return self._add("", field, tip)

    def add_pair(self, name: str, first: QWidget, second: QWidget, between: str) -> None:
        """Two fields on one line."""
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(first, 2)
        row.addWidget(label(between, "secondary", wrap=False))
        row.addWidget(second, 1)
        self.fields.addRow(QLabel(name), row)
        for field in (first, second):
            field.setAccessibleName(name)

    F = TypeVar("F", bound=QWidget)

    def _add(self, name: str, field: F, tip: str) -> F:
        if self._first is None:
            self._first = field
        field.setAccessibleName(name or getattr(field, "text", str)())
        field.setToolTip(tip)
        self.fields.addRow(QLabel(name), field)
        return field

    def starts_in(self, field: QWidget) -> None:
        """The keyboard begins here, not in the first field."""
        self._first = field

    def author(self, case: Case) -> str:
        """Who signs: the person the window around this form knows, else the case's examiner."""
        around = self.parentWidget()
        while around is not None and not isinstance(around, Signer):
            around = around.parentWidget()
        return case.examiner if around is None else around.author

    # -- ending ------------------------------------------------------------------------------

    def reads(self, read: Callable[[], V]) -> None:
        """How the fields become a value; a :class:`TiepointError` from it is shown."""
        self._read = read

    def accept(self) -> None:
        """Close with a value, or say what is wrong and stay."""
        if not self.isVisible():
            return
        if self._read is not None:
            try:
                self.value = self._read()
            except TiepointError as error:
                self.problem.setText(f"{error.message} {error.hint or ''}".strip())
                self.problem.show()
                self._fit()
                return
        super().accept()

    def _fit(self) -> None:
        """As high as its wrapped lines need: Qt's own size takes them for narrower, or, once the
        form is shown, leaves out the line that has come."""
        column = self.layout()
        assert column is not None
        column.activate()
        self.resize(self.width(), column.totalHeightForWidth(self.width()))

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard begins in the first field, or where the form says."""
        super().showEvent(event)
        self._fit()
        if self._first is not None:
            self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    def run(self) -> V | None:
        """Wait for the person; ``None`` when they cancel."""
        done = self.exec()
        value = self.value if done == QDialog.DialogCode.Accepted else None
        self.deleteLater()
        return value


class TickList(QListWidget):
    """Things to tick, each with a value; as high as its rows, up to a few."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setItemDelegate(FramedTicks(self))
        self.setSpacing(1)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def add(self, text: str, value: object, on: bool, *, enabled: bool = True) -> None:
        """One more."""
        item = QListWidgetItem(text)
        item.setData(Qt.ItemDataRole.UserRole, value)
        item.setToolTip(text)
        item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        if not enabled:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        self.addItem(item)
        rows = min(self.count(), _MOST_ROWS)
        self.setFixedHeight(rows * (self.sizeHintForRow(0) + 2) + 2 * self.frameWidth() + 8)

    def ticked(self) -> list[object]:
        """Values of those that are ticked."""
        items = [self.item(n) for n in range(self.count())]
        on = [item for item in items if item.checkState() == Qt.CheckState.Checked]
        return [item.data(Qt.ItemDataRole.UserRole) for item in on]


def typed_duration(field: QLineEdit) -> Duration:
    """A typed length of time."""
    return Duration(parse_time_ns(field.text()))


def typed_spread(field: QLineEdit, shape: QComboBox) -> Distribution:
    """A typed ± in the shape chosen of :data:`SPREADS`."""
    half = typed_duration(field)
    if half.ns <= 0:
        raise EvidenceError("Type a limit larger than 0: nothing is known exactly.")
    if shape.currentData() == "normal":
        return Distribution.normal_95(half.s)
    return Distribution.rectangular(half.s)
